using System.Globalization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Backups;

/// <summary>How this installation is backed up.</summary>
/// <param name="Directory">Where backups lie; absolute.</param>
/// <param name="KeepDays">How long they stay there; 30 for the assistant's, whose runbook says so, unless something else is set.</param>
/// <param name="KeepLast">That many verified ones of each part stay however old they are.</param>
/// <param name="OffsiteKeepDays">How long they stay at the far end.</param>
/// <param name="Encrypts">Whether what leaves this machine is encrypted.</param>
/// <param name="Recipients">Public keys that may decrypt besides our own; our own is made only where there are none.</param>
/// <param name="IdentityFile">Where our own private key lies.</param>
internal sealed record BackupSettings(string Directory, int? KeepDays, int KeepLast, IReadOnlyList<string> Offsite, int OffsiteKeepDays, bool Encrypts, IReadOnlyList<string> Recipients, string IdentityFile)
{
    public const string DirectoryKey = "BACKUP_DIR", OffsiteKey = "BACKUP_OFFSITE";

    /// <exception cref="SettingsException">One is out of its range.</exception>
    public static BackupSettings Of(Settings settings, DataDirectory data) => new(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings[DirectoryKey] ?? Path.Combine(data.Path, "backups"))),
        settings["BACKUP_KEEP_DAYS"] is null ? null : Number(settings, "BACKUP_KEEP_DAYS", 7),
        Number(settings, "BACKUP_KEEP_LAST", 3),
        Words(settings[OffsiteKey]),
        Number(settings, "BACKUP_OFFSITE_KEEP_DAYS", 30),
        settings["BACKUP_ENCRYPT"]?.ToLowerInvariant() != "none",
        Words(settings["BACKUP_RECIPIENTS"]),
        settings["BACKUP_IDENTITY"] is { } identity ? Path.GetFullPath(identity) : Path.Combine(data.Path, "backup.key"));

    /// <summary>How long a part stays in the directory, in days.</summary>
    public int DaysFor(string? system) => KeepDays ?? (system == "assistant" ? 30 : 7);

    /// <summary>The extension that the runbooks give to dumps of a system, which also tells their format.</summary>
    public static string ExtensionFor(Subsystem subsystem) => subsystem.Name == "assistant" ? ".sql.gz" : ".dump";

    private static int Number(Settings settings, string key, int otherwise) => settings[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 3650 => number,
        _ => throw new SettingsException(new SettingsProblem(key, "is no number from 1 to 3650", $"set it to {otherwise}, or leave it out")),
    };

    private static string[] Words(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
