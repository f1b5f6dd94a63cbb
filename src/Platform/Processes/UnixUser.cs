using System.Globalization;

namespace Outpost.Platform.Processes;

/// <summary>A user of this machine, as <c>/etc/passwd</c> lists it.</summary>
public sealed record UnixUser(string Name, uint Id, uint Group)
{
    public static bool IsRoot => Libc.EffectiveUser() == 0;

    public static uint OwnId => Libc.EffectiveUser();

    /// <summary>The first of these names that exists; null when none does.</summary>
    public static UnixUser? First(params string[] names)
    {
        var users = All().ToDictionary(u => u.Name, StringComparer.Ordinal);
        return names.Select(n => users.GetValueOrDefault(n)).FirstOrDefault(u => u is not null);
    }

    /// <summary>The user's name, or its number when it has none.</summary>
    public static string NameOf(uint id) => All().FirstOrDefault(u => u.Id == id)?.Name ?? id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The words in front of a command that make it run as this user and never as anyone else again.</summary>
    public IEnumerable<string> Become() =>
        ["setpriv", $"--reuid={Id}", $"--regid={Group}", Id == 0 ? "--keep-groups" : "--init-groups", "--no-new-privs", "--"];

    private static IEnumerable<UnixUser> All() => File.ReadLines("/etc/passwd")
        .Select(line => line.Split(':'))
        .Where(f => f.Length > 3)
        .DistinctBy(f => f[0])
        .Select(f => new UnixUser(f[0], uint.Parse(f[2], CultureInfo.InvariantCulture), uint.Parse(f[3], CultureInfo.InvariantCulture)));
}
