using System.Globalization;
using Lsn = NpgsqlTypes.NpgsqlLogSequenceNumber;

namespace Outpost.Operator.Archive;

/// <summary>One file of the write-ahead log, by the history it belongs to and its number in it.</summary>
internal readonly record struct WalSegment(uint Timeline, ulong Number)
{
    private const int NameLength = 24;

    /// <summary>Reads a name such as <c>00000001000000000000000A</c>; names of other files, among them segments that are not complete, are none.</summary>
    /// <param name="size">Bytes of a segment; it decides how the name counts.</param>
    public static WalSegment? Parse(string name, int size) =>
        name.Length == NameLength && Hex(name[..8]) is { } timeline && Hex(name[8..16]) is { } log && Hex(name[16..]) is { } segment && segment < PerLog(size)
            ? new(timeline, (log * PerLog(size)) + segment)
            : null;

    public static WalSegment At(uint timeline, Lsn position, int size) => new(timeline, (ulong)position / (ulong)size);

    public Lsn Start(int size) => new(Number * (ulong)size);

    public Lsn End(int size) => new((Number + 1) * (ulong)size);

    public string Name(int size) => string.Create(CultureInfo.InvariantCulture, $"{Timeline:X8}{Number / PerLog(size):X8}{Number % PerLog(size):X8}");

    /// <summary>The numbers between the first and the last that are there which nobody has.</summary>
    public static IReadOnlyList<WalSegment> Missing(IEnumerable<WalSegment> there, WalSegment first)
    {
        var have = there.Where(segment => segment.Number >= first.Number).ToLookup(segment => segment.Number);
        if (have.Count == 0) return [first];

        var missing = new List<WalSegment>();
        var timeline = first.Timeline;
        for (var number = first.Number; number <= have.Max(h => h.Key); number++)
        {
            if (have[number].Any()) timeline = Math.Max(timeline, have[number].Min(segment => segment.Timeline));
            else missing.Add(new(timeline, number));
        }

        return missing;
    }

    /// <summary>What is missing inside each timeline, between its first and its last segment.</summary>
    public static IEnumerable<WalSegment> Gaps(IEnumerable<WalSegment> there) =>
        there.GroupBy(segment => segment.Timeline).SelectMany(line => Missing(line, line.MinBy(segment => segment.Number)));

    private static ulong PerLog(int size) => 0x1_0000_0000UL / (ulong)size;

    private static uint? Hex(string text) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
