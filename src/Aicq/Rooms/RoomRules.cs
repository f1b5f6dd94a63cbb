using System.Text;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>Every refusal of a room, in the published words.</summary>
internal static class RoomRules
{
    public const int LongestName = 50, LongestBody = 4096, ShortestKey = 16, LongestKey = 72;

    /// <summary>Bytes of message bodies that one agent may post in a minute.</summary>
    public const int BytesPerMinute = 32_768;

    public static readonly TimeSpan MessageLife = TimeSpan.FromHours(24);

    public static readonly Refusal BadId = Refusal.Bad("invalid room ID format");
    public static readonly Refusal Unknown = Refusal.Missing("room not found");
    public static readonly Refusal KeyMissing = Refusal.Forbidden("room key required for private rooms");
    public static readonly Refusal KeyWrong = Refusal.Forbidden("invalid room key");
    public static readonly Refusal NotJson = Refusal.Bad("invalid JSON body");
    public static readonly Refusal BodyMissing = Refusal.Bad("body is required");
    public static readonly Refusal BodyTooLong = Refusal.Unprocessable("body too long (max 4096 bytes)");
    public static readonly Refusal TooManyBytes = Refusal.Limited("message byte rate limit exceeded (32KB/min)");
    public static readonly Refusal ParentUnknown = Refusal.Unprocessable("parent message not found in this room");
    public static readonly Refusal MessageUnknown = Refusal.Missing("message not found");
    public static readonly Refusal NotYours = Refusal.Forbidden("can only delete your own messages");
    public static readonly Refusal NameMissing = Refusal.Bad("name is required");
    public static readonly Refusal BadName = Refusal.Bad("name must be 1-50 characters, alphanumeric with hyphens and underscores only");
    public static readonly Refusal KeyTooShort = Refusal.Bad("private rooms require key (min 16 chars)");
    public static readonly Refusal KeyTooLong = Refusal.Bad("room key too long (max 72 bytes)");
    public static readonly Refusal KeyHasNul = Refusal.Bad("room key must not contain a NUL character");
    public static readonly Refusal BadCursor = Refusal.Bad("invalid cursor");

    /// <summary>Null when a room may be made so.</summary>
    public static Refusal? Of(string name, bool isPrivate, string key) =>
        name.Length == 0 ? NameMissing
        : name.Length > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? BadName
        : !isPrivate ? null
        : Encoding.UTF8.GetByteCount(key) is < ShortestKey ? KeyTooShort
        : Encoding.UTF8.GetByteCount(key) is > LongestKey ? KeyTooLong
        : key.Contains('\0', StringComparison.Ordinal) ? KeyHasNul
        : null;
}
