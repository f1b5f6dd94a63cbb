namespace Outpost.Platform.Configuration;

/// <summary>Tells secrets that somebody could guess from those that nobody can.</summary>
internal static class WeakSecrets
{
    private static readonly string[] Placeholders =
        ["changeme", "change-me", "change_me", "change this", "change-this", "change_this", "placeholder", "replace", "your-", "your_", "yoursecret", "example", "fixme", "generate", "<", ">", "insert", "supersecret", "super-secret", "super_secret"];

    private static readonly string[] Defaults =
        ["password", "passwort", "passw0rd", "postgres", "admin", "root", "secret", "assistant", "aicq", "fsm", "fsm_user", "fsm_app", "fsm_owner", "fsm_password", "ai_fsm", "outpost", "redis", "test", "demo", "dev", "12345678", "123456789012"];

    // Too short to be looked for inside a random text: one in 25,000 secrets has it.
    private const string ShortPlaceholder = "todo";

    /// <summary>A text that stands where a secret should be.</summary>
    public static bool IsPlaceholder(string value) => value.StartsWith(ShortPlaceholder, StringComparison.OrdinalIgnoreCase) || Placeholders.Any(p => value.Contains(p, StringComparison.OrdinalIgnoreCase)) || value.All(c => c is 'x' or 'X' or '*' or '.' or '-');

    /// <summary>Few characters, one piece again and again, or a run such as abcdef or 123456 for most of its length.</summary>
    public static bool IsMonotonous(string value)
    {
        if (value.Distinct().Count() < 8) return true;

        for (var period = 1; period <= value.Length / 2; period++)
        {
            if (Enumerable.Range(period, value.Length - period).All(i => value[i] == value[i - period])) return true;
        }

        var steps = value.Zip(value.Skip(1), (a, b) => Math.Abs(b - a)).Count(step => step <= 1);
        return steps * 2 > value.Length;
    }

    /// <summary>A password for a server that is absent, shorter than twelve characters, one that everybody tries, or made of the names beside it.</summary>
    public static bool InUrl(string? password, string user, string database) =>
        password is null || password.Length < 12 || password.Equals(user, StringComparison.OrdinalIgnoreCase) || password.Equals(database, StringComparison.OrdinalIgnoreCase)
        || Defaults.Contains(password.ToLowerInvariant()) || IsPlaceholder(password) || password.Distinct().Count() < 6;
}
