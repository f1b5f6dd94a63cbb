using System.Security.Cryptography;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// The id of a message: 10 characters of time in milliseconds, 16 at random, in Crockford's base 32. Within one room or inbox ids grow with the order in which
/// messages came, across all instances: the script that stores a message sees to it.
/// </summary>
internal static class Ulid
{
    public const int Length = 26, TimeLength = 10, RandomLength = 16;
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Time(long ms) => string.Create(TimeLength, ms, static (to, value) =>
    {
        for (var i = TimeLength - 1; i >= 0; i--, value >>= 5) to[i] = Digits[(int)(value & 31)];
    });

    public static string Random()
    {
        Span<byte> bytes = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(bytes);
        Span<char> text = stackalloc char[RandomLength];
        for (var i = 0; i < bytes.Length; i++) text[i] = Digits[bytes[i] & 31];
        return new(text);
    }

    /// <summary>When a message of this id was made, in Unix milliseconds; false when it is no id.</summary>
    public static bool TryTime(ReadOnlySpan<char> id, out long ms)
    {
        ms = 0;
        if (id.Length != Length) return false;

        for (var i = 0; i < Length; i++)
        {
            var digit = Digits.IndexOf(id[i], StringComparison.Ordinal);
            if (digit < 0 || (i == 0 && digit > 7)) return false;
            if (i < TimeLength) ms = (ms << 5) | (long)digit;
        }

        return true;
    }
}
