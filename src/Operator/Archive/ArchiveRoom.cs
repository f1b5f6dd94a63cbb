using Npgsql;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive;

/// <summary>Sees before a backup that it will not fill the disk, on which the database may lie itself.</summary>
internal static class ArchiveRoom
{
    /// <param name="part">How much of the database's size the backup takes.</param>
    /// <exception cref="TroubleException">It would not fit, or the server does not answer.</exception>
    public static async Task DemandAsync(ArchivedServer server, ArchiveSettings settings, double part, CancellationToken ct)
    {
        await using var source = server.Source();
        long size;
        try
        {
            size = await ArchiveSql.SizeAsync(source, ct);
        }
        catch (NpgsqlException e)
        {
            throw server.Silent(e);
        }

        var (needed, free) = ((long)(size * part / 1048576) + settings.BacklogMegabytes, Storage.FreeMegabytes(settings.Directory));
        if (free < needed) throw new TroubleException(TroubleKind.Refused, $"a backup needs {needed} MB in {settings.Directory}, the log's reserve included, and {free} MB are free", $"free some space, or set {ArchiveSettings.DirectoryKey} to another disk");
    }
}
