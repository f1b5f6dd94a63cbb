using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>Roles by their names, as they are typed: <c>fsm,worker</c>.</summary>
internal static class RoleChoice
{
    /// <param name="words">Null or empty for all of them.</param>
    /// <exception cref="SettingsException">A name is no role.</exception>
    internal static IReadOnlyList<Role> Of(IReadOnlyList<Role> roles, params IReadOnlyList<string>? words)
    {
        var names = (words ?? []).SelectMany(w => w.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0) return roles;

        var unknown = names.FirstOrDefault(name => roles.All(r => r.Name != name));
        return unknown is null
            ? [.. roles.Where(r => names.Contains(r.Name, StringComparer.Ordinal))]
            : throw new SettingsException(new SettingsProblem(unknown, "is no role", $"choose from: {string.Join(", ", roles.Select(r => r.Name))}"));
    }

    /// <summary>
    /// Whose databases are made ready for these roles. What is kept on this machine is, all of it, so that a backup finds it; a database that is named by URL only when
    /// one of the roles works on it: <c>DATABASE_URL</c> may be meant for one of them alone.
    /// </summary>
    internal static IReadOnlyList<Subsystem> Databases(IReadOnlyList<Role> chosen, IReadOnlyList<Subsystem> subsystems, Settings settings) =>
        [.. subsystems.Where(subsystem => settings.AppUrlKey(subsystem) is null || chosen.Any(role => role.Subsystem is null || role.Subsystem == subsystem))];
}
