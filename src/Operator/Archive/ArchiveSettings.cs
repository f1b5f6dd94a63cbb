using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Archive;

/// <summary>Whether a commit waits for the receiver of the log, and what happens to writes when there is none.</summary>
internal enum Synchrony
{
    /// <summary>Never: what the receiver had not yet got is lost with the server.</summary>
    Off,

    /// <summary>Always: nothing acknowledged is ever lost, and without a receiver every write waits until it is back.</summary>
    Wait,

    /// <summary>While there is one: without it writes go on after a short wait, and can be lost until it is back.</summary>
    Continue,
}

/// <summary>What the operator wants archived, and where.</summary>
/// <param name="Engine"><c>pgbackrest</c> or <c>stream</c>.</param>
/// <param name="Url">The server, as a role that may copy it; null for the private one.</param>
/// <param name="Timeout">After how long log that is not full is archived.</param>
/// <param name="BacklogMegabytes">How much log may wait on the server's disk when it cannot be archived; then it is dropped and the archive has a gap.</param>
internal sealed record ArchiveSettings(
    string Engine, string Directory, PostgresUrl? Url, Synchrony Synchrony, TimeSpan Timeout, int KeepDays, TimeSpan Heartbeat, int BacklogMegabytes)
{
    public const string EngineKey = "ARCHIVE", DirectoryKey = "ARCHIVE_DIR", UrlKey = "ARCHIVE_URL", SynchronousKey = "ARCHIVE_SYNCHRONOUS", TimeoutKey = "ARCHIVE_TIMEOUT_SECONDS",
        KeepKey = "ARCHIVE_KEEP_DAYS", HeartbeatKey = "ARCHIVE_HEARTBEAT_SECONDS", BacklogKey = "ARCHIVE_BACKLOG_MB";

    public const string PgBackRest = "pgbackrest", Stream = "stream";

    /// <summary>Null when nothing is to be archived.</summary>
    /// <exception cref="SettingsException">A value cannot be used.</exception>
    public static ArchiveSettings? Of(Settings settings, DataDirectory data)
    {
        var engine = Word(settings, EngineKey, "off", "off", PgBackRest, Stream);
        if (engine == "off") return null;

        var synchrony = Word(settings, SynchronousKey, "off", "off", "wait", "continue") switch { "wait" => Synchrony.Wait, "continue" => Synchrony.Continue, _ => Synchrony.Off };
        if (synchrony != Synchrony.Off && engine != Stream)
        {
            throw new SettingsException(new SettingsProblem(SynchronousKey, $"needs a receiver, and {EngineKey}={engine} has none", $"set {EngineKey}={Stream}, or {SynchronousKey}=off"));
        }

        return new(
            engine,
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings[DirectoryKey] ?? data.Archive)),
            settings[UrlKey] is { } url ? PostgresUrl.Parse(UrlKey, url) : null,
            synchrony,
            TimeSpan.FromSeconds(Number(settings, TimeoutKey, 60, 1, 3600)),
            Number(settings, KeepKey, 7, 1, 3650),
            TimeSpan.FromSeconds(Number(settings, HeartbeatKey, 5, 1, 3600)),
            Number(settings, BacklogKey, WalBacklog, 64, 1024 * 1024));
    }

    private const int WalBacklog = Platform.Postgres.Embedded.WalShipping.UsualBacklog;

    private static string Word(Settings settings, string key, string otherwise, params string[] words)
    {
        var word = settings[key]?.ToLowerInvariant() ?? otherwise;
        return words.Contains(word, StringComparer.Ordinal) ? word : throw new SettingsException(new SettingsProblem(key, "is none of the words it can be", $"set it to one of {string.Join(", ", words)}"));
    }

    private static int Number(Settings settings, string key, int otherwise, int least, int most) => settings[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => throw new SettingsException(new SettingsProblem(key, "is out of its range", $"set it to a number from {least} to {most}")),
    };
}
