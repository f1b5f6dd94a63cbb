using System.Globalization;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.PgBackRest;

/// <summary>Where pgBackRest keeps what.</summary>
/// <param name="Repository">Backups and log.</param>
/// <param name="Configuration">Its configuration, beside PostgreSQL's.</param>
/// <param name="Work">A directory for its locks and its queue.</param>
internal sealed record PgBackRestPlace(string Repository, string Configuration, string Work)
{
    public const string Stanza = "outpost", Program = "/usr/bin/pgbackrest";

    private string Spool => Path.Combine(Work, "spool");

    private string Locks => Path.Combine(Work, "lock");

    /// <exception cref="TroubleException">It cannot be written, or pgBackRest is not installed.</exception>
    public void Write(ArchivedServer server, ArchiveSettings settings)
    {
        if (!File.Exists(Program))
        {
            throw new TroubleException(TroubleKind.Refused, $"{ArchiveSettings.EngineKey}={ArchiveSettings.PgBackRest}, and pgBackRest is not installed", $"sudo apt-get install -y pgbackrest, or set {ArchiveSettings.EngineKey}={ArchiveSettings.Stream}", $"looked for {Program}");
        }

        PrivateDirectory.Ensure(settings.Directory, server.RunAs);
        foreach (var directory in (string[])[Repository, Work, Spool, Locks]) PrivateDirectory.Ensure(directory, server.RunAs);
        server.WritePassfile();
        var text = Render(server, settings);
        if (!File.Exists(Configuration) || File.ReadAllText(Configuration) != text) AtomicFile.Write(Configuration, text, AtomicFile.Readable);
    }

    internal string Render(ArchivedServer server, ArchiveSettings settings) => string.Create(CultureInfo.InvariantCulture, $"""
        # Written by outpost. What you change here is lost.
        [global]
        repo1-path={Repository}
        repo1-retention-full-type=time
        repo1-retention-full={settings.KeepDays}
        repo1-bundle=y
        # Its usual gz takes three times as long and saves nothing.
        compress-type=zst
        compress-level=1
        process-max={Math.Clamp(Environment.ProcessorCount / 2, 1, 4)}
        start-fast=y
        # One after the other: in 2.45 the queue of the other way can stand still for its whole time-out, and does not count a segment that fails.
        archive-async=n
        # At this much it lets log go that it cannot push, and the archive has a gap until the next full backup; the disk is not filled.
        archive-push-queue-max={settings.BacklogMegabytes}MiB
        archive-timeout=60
        spool-path={Spool}
        lock-path={Locks}
        log-level-file=off
        log-level-console=off
        log-level-stderr=warn
        log-timestamp=n

        [global:backup]
        # After much was loaded at once its log needs a while to arrive.
        archive-timeout=1800

        [{Stanza}]
        pg1-path={server.Data ?? "/nonexistent"}
        pg1-port={server.Url.Port}
        pg1-user={server.Url.User}
        pg1-database={server.Url.Database}
        {(server.Url.Host.StartsWith('/') ? $"pg1-socket-path={server.Url.Host}" : "")}

        """);
}
