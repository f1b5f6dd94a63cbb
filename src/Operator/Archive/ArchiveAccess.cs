using Outpost.Operator.Archive.PgBackRest;
using Outpost.Operator.Archive.Streaming;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Archive;

/// <summary>One installation's archive: the server, where it is kept, and by what.</summary>
internal sealed record ArchiveAccess(ArchiveSettings Settings, ArchivedServer Server, IPhysicalArchive Archive, Catalogue Catalogue, StreamPlace? Stream, DataDirectory Data)
{
    /// <summary>Null when nothing is archived.</summary>
    /// <exception cref="SettingsException">A setting cannot be used, or the archive would lie inside the database.</exception>
    public static async Task<ArchiveAccess?> OpenAsync(DataDirectory data, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        if (ArchiveSettings.Of(settings, data) is not { } archive) return null;

        var server = await ArchivedServer.OfAsync(data, archive, settings, ct);
        if (server.Data is { } inside && (archive.Directory == inside || archive.Directory.StartsWith(inside + "/", StringComparison.Ordinal)))
        {
            throw new SettingsException(new SettingsProblem(ArchiveSettings.DirectoryKey, "lies inside the database's own directory, with which it would be lost, and each backup would hold the ones before it", "set it to a directory elsewhere, best on another disk"));
        }

        var stream = archive.Engine == ArchiveSettings.Stream ? new StreamPlace(Path.Combine(archive.Directory, "stream")) : null;
        IPhysicalArchive made = stream is null
            ? new PgBackRestArchive(server, archive, new(Path.Combine(archive.Directory, "pgbackrest"), data.PgBackRestConfiguration, data.ArchiveWork))
            : new StreamArchive(server, archive, stream, clock);
        return new(archive, server, made, new(archive.Directory), stream, data);
    }

    /// <exception cref="SettingsException">Nothing is archived.</exception>
    public static async Task<ArchiveAccess> RequireAsync(DataDirectory data, Settings settings, TimeProvider clock, CancellationToken ct) =>
        await OpenAsync(data, settings, clock, ct) ?? throw new SettingsException(new SettingsProblem(
            ArchiveSettings.EngineKey, "is off, so there is no archive", $"set {ArchiveSettings.EngineKey}={ArchiveSettings.PgBackRest} or {ArchiveSettings.EngineKey}={ArchiveSettings.Stream}, then: outpost down && outpost up"));
}
