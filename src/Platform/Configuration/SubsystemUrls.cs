using Outpost.Platform.Roles;

namespace Outpost.Platform.Configuration;

/// <summary>Which database a subsystem uses under given settings.</summary>
public static class SubsystemUrls
{
    /// <summary>The key that holds the app role's URL: the most specific that is set; null when none is.</summary>
    public static string? AppUrlKey(this Settings settings, Subsystem subsystem) => subsystem.AppUrlKeys.FirstOrDefault(k => settings[k] is not null);

    /// <summary>The key that holds the URL to migrate with: an owner's, else the app role's; null when none is set.</summary>
    public static string? OwnerUrlKey(this Settings settings, Subsystem subsystem) =>
        subsystem.OwnerUrlKeys.FirstOrDefault(k => settings[k] is not null) ?? settings.AppUrlKey(subsystem);

    /// <summary>How the service reaches its database.</summary>
    /// <exception cref="SettingsException">No URL is set, or it cannot be parsed.</exception>
    public static PostgresUrl AppUrl(this Settings settings, Subsystem subsystem) => settings.Url(subsystem, settings.AppUrlKey(subsystem));

    /// <summary>How migrations reach the database: as the owner, or as the app role where no owner is set.</summary>
    /// <exception cref="SettingsException">No URL is set, or it cannot be parsed.</exception>
    public static PostgresUrl OwnerUrl(this Settings settings, Subsystem subsystem) => settings.Url(subsystem, settings.OwnerUrlKey(subsystem));

    /// <summary>Sees that no two of them keep their tables in one database: their names would meet there, and neither could be restored without the other.</summary>
    /// <exception cref="SettingsException">Two of them have the same database; the message names the keys to set.</exception>
    public static void DemandOneDatabaseEach(this Settings settings, IReadOnlyList<Subsystem> subsystems)
    {
        var places = subsystems.Where(subsystem => settings.OwnerUrlKey(subsystem) is not null)
            .GroupBy(subsystem => settings.OwnerUrl(subsystem) is var url ? (url.Host, url.Port, url.Database) : default);
        if (places.FirstOrDefault(place => place.Count() > 1) is not { } shared) return;

        var (names, keys) = (shared.Select(subsystem => subsystem.Name), shared.Select(subsystem => subsystem.AppUrlKeys[0]));
        throw new SettingsException(new SettingsProblem(
            settings.OwnerUrlKey(shared.First())!, $"leads {string.Join(", ", names)} to one database, {shared.Key.Database}, and each has to have its own",
            $"set {string.Join(", ", keys)}, each to a database of its own; or name the one that is meant: --system, or --roles with outpost up"));
    }

    private static PostgresUrl Url(this Settings settings, Subsystem subsystem, string? key) => key is null
        ? throw new SettingsException(new SettingsProblem(subsystem.AppUrlKeys[^1], "is not set",
            $"set it to postgresql://{subsystem.Name}_app:password@host:5432/{subsystem.Database}, or let outpost up keep a database of its own"))
        : PostgresUrl.Parse(key, settings[key]!);
}
