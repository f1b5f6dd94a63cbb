using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// Where a message stands among those of its room or inbox: by its time, and within one millisecond by its id. As text, <c>1700000000000-01HF…</c>, it is the cursor
/// of a page and the event id of a stream: what comes after it is exactly what its holder has not seen.
/// </summary>
internal readonly record struct Place(long Ts, string Id) : IComparable<Place>
{
    /// <summary>Before everything.</summary>
    public static readonly Place Start = new(0, "");

    public static bool operator <(Place a, Place b) => a.CompareTo(b) < 0;

    public static bool operator >(Place a, Place b) => a.CompareTo(b) > 0;

    public static bool operator <=(Place a, Place b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Place a, Place b) => a.CompareTo(b) >= 0;

    public int CompareTo(Place other) => Ts != other.Ts ? Ts.CompareTo(other.Ts) : string.CompareOrdinal(Id, other.Id);

    /// <summary>A cursor, or a bare time in milliseconds, which stands behind everything of that millisecond.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Place place)
    {
        place = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64) return false;

        var dash = text.IndexOf('-', 1);
        if (!long.TryParse(dash < 0 ? text : text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ts)) return false;
        if (dash < 0)
        {
            place = new(ts, "~");
            return true;
        }

        var id = text[(dash + 1)..];
        place = new(ts, id);
        return Ulid.TryTime(id, out _);
    }

    /// <summary>Of a message as it is stored.</summary>
    public static Place Of(ReadOnlySpan<byte> stored) => new(StoredMessage.Ts(stored), Encoding.ASCII.GetString(StoredMessage.Id(stored)));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ts}-{Id}");
}
