using System.Globalization;
using System.Text.Json;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.PgBackRest;

/// <summary>
/// pgBackRest: each file with its sum, rechecked whenever it is read; a backup counts when the log it needs is there; log is pushed in parallel and never
/// over a different file of the same name. Written for 2.45, which Debian 12 has.
/// </summary>
internal sealed class PgBackRestArchive(ArchivedServer server, ArchiveSettings settings, PgBackRestPlace place) : IPhysicalArchive
{
    private const string Unpack = "/usr/bin/zstd";
    private const int UnknownBackup = 0;
    private readonly PgBackRestRun _run = new(server, place);

    public string Engine => ArchiveSettings.PgBackRest;

    public WalShipping Shipping => new(
        string.Join(' ', ((string[])[PgBackRestPlace.Program, $"--config={place.Configuration}", $"--stanza={PgBackRestPlace.Stanza}", "archive-push"]).Select(PgBackRestRun.ForShell)) + " %p",
        settings.Timeout, null, settings.BacklogMegabytes);

    /// <summary>
    /// A start of pgBackRest for each segment takes longer than everything else; where the segment lies on this machine as it was packed, it is unpacked
    /// and compared with the sum in its name.
    /// </summary>
    public string RestoreCommand(string directory, string scratch)
    {
        var get = string.Join(' ', ((string[])
        [
            PgBackRestPlace.Program, $"--config={place.Configuration}", $"--stanza={PgBackRestPlace.Stanza}", $"--pg1-path={directory}", $"--lock-path={Path.Combine(scratch, "lock")}", "archive-get",
        ]).Select(PgBackRestRun.ForShell)) + " %f \"%p\"";
        if (!File.Exists(Unpack)) return get;

        // More than one is there after an upgrade of PostgreSQL; which of them is meant pgBackRest knows.
        return $$"""
            f=%f; set -- {{PgBackRestRun.ForShell(Path.Combine(place.Repository, "archive", PgBackRestPlace.Stanza))}}/*/${f%%????????}/%f-*.zst; if [ $# -eq 1 ] && [ -f "$1" ]; then {{Unpack}} -dqf "$1" -o "%p" && case "$1" in *-$(sha1sum <"%p" | cut -c1-40).zst) exit 0;; esac; rm -f "%p"; exit 1; fi; exec {{get}}
            """;
    }

    public async Task PrepareAsync(ClusterFacts facts, CancellationToken ct)
    {
        _ = DataHere("pgBackRest");
        WriteConfiguration();
        if (server.Place is null) await RefuseIfNotSetAsync(ct);
        var made = await _run.TryAsync("stanza-create", [], ct);
        if (made.Code == 0) return;
        if (IsBusy(made)) throw ArchiveTroubles.Busy(made.Output);

        throw made.Output.Contains("[028]", StringComparison.Ordinal) || made.Output.Contains("system-id", StringComparison.Ordinal)
            ? ArchiveTroubles.AnotherCluster(settings.Directory, made.Output)
            : _run.Failed("the archive could not be made", made);
    }

    public async Task<BaseBackup> BackupAsync(BackupKind kind, CancellationToken ct)
    {
        _ = DataHere("a backup with pgBackRest");
        WriteConfiguration();
        // What it packs takes about half; a database that has no room left stops.
        if (kind == BackupKind.Full) await ArchiveRoom.DemandAsync(server, settings, 0.5, ct);
        var word = kind switch { BackupKind.Full => "full", BackupKind.Differential => "diff", BackupKind.Incremental => "incr" };
        var made = await _run.TryAsync("backup", [$"--type={word}"], ct);
        if (made.Code != 0) throw IsBusy(made) ? ArchiveTroubles.Busy(made.Output) : _run.Failed("the backup failed", made);

        // Its own list is the proof: a backup stands there only when its log has arrived too.
        return await BackupsAsync(ct) is [.., var newest] ? newest : throw _run.Failed("the backup ended well and is not in the archive", made);
    }

    public async Task<IReadOnlyList<BaseBackup>> BackupsAsync(CancellationToken ct)
    {
        if (!Directory.Exists(place.Repository)) return [];

        WriteConfiguration();
        var info = await _run.TryAsync("info", ["--output=json"], ct);
        if (info.Code != 0) throw _run.Failed("the archive cannot be read", info);

        return [.. Stanzas(info).SelectMany(stanza => stanza.Backup ?? []).Where(b => b.Lsn is not null && b.Archive is not null).Select(Read).OrderBy(b => b.StoppedAt)];
    }

    public async Task<IReadOnlyList<WalSegment>> SegmentsAsync(int segmentSize, CancellationToken ct)
    {
        var info = await _run.TryAsync("info", ["--output=json"], ct);
        if (info.Code != 0) throw _run.Failed("the archive cannot be read", info);

        // After an upgrade of PostgreSQL the log of the older version is kept beside; its names could be the same.
        var archive = Stanzas(info).SelectMany(stanza => stanza.Archive ?? []).LastOrDefault();
        if (archive is null) return [];

        var listed = await _run.TryAsync("repo-ls", ["--recurse", "--output=json", $"archive/{PgBackRestPlace.Stanza}/{archive.Id}"], ct);
        if (listed.Code != 0) throw _run.Failed("the log in the archive cannot be listed", listed);

        using var names = JsonDocument.Parse(listed.Output);
        return [.. names.RootElement.EnumerateObject()
            .Select(entry => Path.GetFileName(entry.Name))
            .Where(IsSegment)
            .Select(name => WalSegment.Parse(name[..24], segmentSize))
            .OfType<WalSegment>()];
    }

    public async Task<IReadOnlyList<string>> VerifyAsync(Catalogue.Contents catalogue, CancellationToken ct)
    {
        WriteConfiguration();
        var verified = await _run.TryAsync("verify", ["--log-level-console=info"], ct);
        // It reads what is there and ends with 0 whatever it finds; of what is missing in the log it says nothing.
        var gaps = catalogue.Server is { SegmentSize: var size } ? WalSegment.Gaps(await SegmentsAsync(size, ct)).Select(missing => $"log: segment {missing.Name(size)} is missing") : [];
        string[] said = [.. verified.Output.Split('\n').Where(Complains).Select(line => line.Trim()).Concat(await ExchangedAsync(ct)).Concat(gaps).Take(20)];
        return said.Length > 0 ? said : verified.Code == 0 ? [] : [$"pgBackRest ended with {verified.Code}: {verified.Output.Trim()}"];
    }

    // Two backups between which little changed have manifests that fit each other's files; a restore refuses the wrong one, verify does not see it.
    private async Task<IEnumerable<string>> ExchangedAsync(CancellationToken ct)
    {
        var wrong = new List<string>();
        foreach (var backup in await BackupsAsync(ct))
        {
            var manifest = Path.Combine(place.Repository, "backup", PgBackRestPlace.Stanza, backup.Label, "backup.manifest");
            const string Key = "backup-label=";
            var label = File.Exists(manifest) ? File.ReadLines(manifest).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim('"') : "nobody";
            if (label != backup.Label) wrong.Add($"backup {backup.Label}: its manifest is that of {label}");
        }

        return wrong;
    }

    public async Task FetchAsync(BaseBackup backup, string into, bool delta, CancellationToken ct)
    {
        WriteConfiguration();
        // Whoever restores waits for it, and nothing else needs the machine as much.
        string[] words = [$"--pg1-path={into}", $"--set={backup.Label}", "--type=none", $"--process-max={Math.Clamp(Environment.ProcessorCount, 1, 8)}", .. delta ? (string[])["--delta"] : []];
        var fetched = await _run.TryAsync("restore", words, ct);
        if (fetched.Code != 0) throw ArchiveTroubles.Damaged(backup, fetched.Output);
    }

    // A full backup, taken anew with each week, lets the older ones go: pgBackRest does so itself when a backup ends.
    public async Task PruneAsync(CancellationToken ct)
    {
        WriteConfiguration();
        var expired = await _run.TryAsync("expire", [], ct);
        if (expired.Code != 0) throw _run.Failed("older backups could not be removed", expired);
    }

    private static bool IsBusy(ShortRun run) => run.Output.Contains("[050]", StringComparison.Ordinal);

    // A segment's name, the sum of what it holds, and how it is packed; a file of another name beside it was not put there by pgBackRest.
    private static bool IsSegment(string name) =>
        name.Length >= 65 && name[24] == '-' && name.Skip(25).Take(40).All(char.IsAsciiHexDigitLower) && Path.GetExtension(name) is "" or ".zst" or ".lz4" or ".gz" or ".bz2";

    private static bool Complains(string line) =>
        line.Contains("status: error", StringComparison.Ordinal) || line.Contains("ERROR:", StringComparison.Ordinal) || line.Contains("WARN:", StringComparison.Ordinal)
        || (line.Contains("invalid", StringComparison.Ordinal) && !line.Contains("invalid: 0", StringComparison.Ordinal))
        || (line.Contains("missing: ", StringComparison.Ordinal) && !line.Contains("missing: 0", StringComparison.Ordinal));

    private static IEnumerable<PgBackRestInfo.Stanza> Stanzas(ShortRun info) =>
        (JsonSerializer.Deserialize<PgBackRestInfo.Stanza[]>(info.Output, PgBackRestInfo.Json) ?? []).Where(stanza => stanza.Name == PgBackRestPlace.Stanza);

    private static BaseBackup Read(PgBackRestInfo.Backup backup) => new(
        backup.Label,
        backup.Type switch { "full" => BackupKind.Full, "diff" => BackupKind.Differential, _ => BackupKind.Incremental },
        DateTimeOffset.FromUnixTimeSeconds(backup.Timestamp.Start),
        DateTimeOffset.FromUnixTimeSeconds(backup.Timestamp.Stop),
        uint.Parse(backup.Archive!.Stop[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(backup.Lsn!.Start),
        NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(backup.Lsn.Stop),
        backup.Info.Size,
        backup.Info.Repository.Delta ?? UnknownBackup,
        backup.Error is true);

    // The settings of a server of the operator's own are his to change.
    private async Task RefuseIfNotSetAsync(CancellationToken ct)
    {
        await using var source = server.Source();
        var (mode, command) = await ArchiveSql.ArchivingAsync(source, ct);
        if (mode != "off" && command == Shipping.Command) return;

        throw new TroubleException(
            TroubleKind.Refused,
            $"PostgreSQL at {server.Url} does not hand its log to this archive (archive_mode is {mode})",
            string.Create(CultureInfo.InvariantCulture, $"as its superuser: alter system set archive_mode = 'on'; alter system set archive_command = '{Shipping.Command!.Replace("'", "''", StringComparison.Ordinal)}'; alter system set archive_timeout = {(int)settings.Timeout.TotalSeconds}; then restart it. Or set {ArchiveSettings.EngineKey}={ArchiveSettings.Stream}, which needs none of this"));
    }

    private string DataHere(string what) => server.Data ?? throw server.NeedsItsDisk(what);

    private void WriteConfiguration() => place.Write(server, settings);
}
