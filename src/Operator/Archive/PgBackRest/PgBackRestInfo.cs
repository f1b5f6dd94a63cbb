using System.Text.Json;

namespace Outpost.Operator.Archive.PgBackRest;

/// <summary>What of <c>pgbackrest info --output=json</c> is read.</summary>
internal static class PgBackRestInfo
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    internal sealed record Stanza(string Name, Backup[]? Backup, Log[]? Archive);

    internal sealed record Log(string Id);

    internal sealed record Backup(string Label, string Type, Times Timestamp, Positions? Lsn, Names? Archive, Sizes Info, bool? Error);

    internal sealed record Times(long Start, long Stop);

    internal sealed record Positions(string Start, string Stop);

    internal sealed record Names(string Start, string Stop);

    internal sealed record Sizes(long Size, Stored Repository);

    internal sealed record Stored(long? Delta);
}
