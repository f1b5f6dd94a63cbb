using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Outpost.Aicq.Live;

/// <summary>The id of an entry of <see cref="LiveChannel.Feed"/>: <c>1700000000000-3</c>.</summary>
internal readonly record struct FeedId(ulong Ms, ulong Number) : IComparable<FeedId>
{
    private const ulong Most = 1UL << 53;

    public static bool operator <(FeedId a, FeedId b) => a.CompareTo(b) < 0;

    public static bool operator >(FeedId a, FeedId b) => a.CompareTo(b) > 0;

    public static bool operator <=(FeedId a, FeedId b) => a.CompareTo(b) <= 0;

    public static bool operator >=(FeedId a, FeedId b) => a.CompareTo(b) >= 0;

    public int CompareTo(FeedId other) => Ms != other.Ms ? Ms.CompareTo(other.Ms) : Number.CompareTo(other.Number);

    public static bool TryParse([NotNullWhen(true)] string? text, out FeedId id)
    {
        id = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash < 0 || !ulong.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || !ulong.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;

        // Redis counts on from an id, which it cannot from the very last.
        id = new(ms, number);
        return ms <= Most && number <= Most;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ms}-{Number}");
}
