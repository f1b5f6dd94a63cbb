using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.Platform.Configuration;

/// <summary>For what sort of machine a configuration is written.</summary>
public enum MachineProfile
{
    /// <summary>A Raspberry Pi with 4 GB.</summary>
    Pi,

    /// <summary>A rented server.</summary>
    Vps,
}

/// <summary>A whole commented <c>.env</c>: each key once, those without a value as a comment.</summary>
public static class EnvTemplate
{
    private const int Width = 110;

    private static readonly string[] Groups = ["Running", "Database", "Security", "Addresses", "Models", "Spending", "Messages", "Backups", "Archive", "Watching"];

    /// <summary>With fresh secrets of its own, ready to use beside the postgres and redis containers.</summary>
    public static string New(MachineProfile profile)
    {
        var (owner, app) = (Secret.UrlSafe(24), Secret.UrlSafe(24));
        return Render(new(Example(profile))
        {
            ["POSTGRES_PASSWORD"] = owner,
            ["DATABASE_URL"] = $"postgresql://fsm_app:{app}@postgres:5432/ai_fsm",
            ["DATABASE_OWNER_URL"] = $"postgresql://fsm_owner:{owner}@postgres:5432/ai_fsm",
            ["AUTH_SECRET"] = Secret.UrlSafe(32),
        });
    }

    /// <summary>With every secret left empty, to be filled in by hand: the <c>.env.example</c> of the repository.</summary>
    public static string Example() => Render(Example(MachineProfile.Pi));

    private static Dictionary<string, string> Example(MachineProfile profile) => new(StringComparer.Ordinal)
    {
        ["ENVIRONMENT"] = "production",
        ["POSTGRES_DB"] = "ai_fsm",
        ["POSTGRES_USER"] = "fsm_owner",
        ["POSTGRES_PASSWORD"] = "",
        ["DATABASE_URL"] = "",
        ["DATABASE_OWNER_URL"] = "",
        ["REDIS_URL"] = "redis://redis:6379/0",
        ["AUTH_SECRET"] = "",
        ["FSM_PORT"] = "3000",
        ["LOG_LEVEL"] = "info",
        ["WORKER_CONCURRENCY"] = profile == MachineProfile.Pi ? "2" : "4",
        ["DOTNET_GCHeapHardLimit"] = profile == MachineProfile.Pi ? "0x10000000" : "0x20000000",
    };

    private static string Render(Dictionary<string, string> values)
    {
        var text = new StringBuilder();
        Comment(text, "The configuration of Outpost. The environment goes before this file. Keep it to yourself (chmod 600) and out of git. Check it with: outpost config check");
        foreach (var group in Groups)
        {
            text.Append('\n').Append("# ---- ").Append(group).Append(" ----\n");
            foreach (var key in SettingKeys.All.Where(k => k.Group == group && k.InTemplate))
            {
                text.Append('\n');
                Comment(text, $"For {key.For}. {key.Meaning}{(key.Default is null ? "" : $" Default: {key.Default}.")}{(key.Generate is null ? "" : $" Generate: {key.Generate}")}");
                text.Append(values.TryGetValue(key.Name, out var value) ? "" : "#").Append(key.Name).Append('=').Append(value).Append('\n');
            }
        }

        return text.ToString();
    }

    private static void Comment(StringBuilder text, string words)
    {
        var column = 0;
        foreach (var word in words.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column == 0 ? "# " : " ").Append(word);
            column += (column == 0 ? 2 : 1) + word.Length;
        }

        text.Append('\n');
    }
}
