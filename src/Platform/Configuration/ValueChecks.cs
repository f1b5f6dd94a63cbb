using System.Globalization;
using System.Net;

namespace Outpost.Platform.Configuration;

/// <summary>What is wrong with the value of a key. No answer repeats a value: it may be a secret on the wrong line.</summary>
internal static class ValueChecks
{
    private static readonly string[] Environments = ["production", "prod", "development", "dev", "staging", "test"];
    private static readonly string[] Levels = ["trace", "debug", "info", "information", "warn", "warning", "error", "critical", "fatal"];

    public static (string, string)? EnvironmentName(string value, Settings settings) =>
        !Environments.Contains(value.ToLowerInvariant()) ? ("is no kind of environment", "set it to production or development")
        : settings["ENV"] is { } env && settings["ENVIRONMENT"] is { } environment && Short(env) != Short(environment) ? ("contradicts the other of ENV and ENVIRONMENT", "set only ENVIRONMENT")
        : null;

    public static (string, string)? LogLevel(string value, Settings settings) =>
        Levels.Contains(value.ToLowerInvariant()) ? null : ("is no log level", "set it to trace, debug, info, warn or error");

    public static (string, string)? TrueOrFalse(string value, Settings settings) =>
        value.ToLowerInvariant() is "true" or "false" ? null : ("is neither true nor false", "set it to true or false");

    public static (string, string)? InsecureCookies(string value, Settings settings) =>
        settings.Production && value.Equals("false", StringComparison.OrdinalIgnoreCase) ? ("sends session cookies over plain HTTP too", "put HTTPS in front and set it to true") : null;

    public static (string, string)? PrivateTargets(string value, Settings settings) =>
        settings.Production && value.Equals("true", StringComparison.OrdinalIgnoreCase)
            ? ("lets whoever keeps webhooks reach machines inside this network", "set it to false unless a receiver is on this network") : null;

    public static (string, string)? Port(string value, Settings settings) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? null : ("is no port number", "set it to a number from 1 to 65535");

    public static (string, string)? Address(string value, Settings settings) =>
        value == "localhost" || IPAddress.TryParse(value, out _) ? null : ("is no address of this machine", "set it to 127.0.0.1, to 0.0.0.0 for every network, or to one of the machine's addresses");

    public static (string, string)? Networks(string value, Settings settings) =>
        value.Split(',', StringSplitOptions.TrimEntries).All(n => IPAddress.TryParse(n, out _) || IPNetwork.TryParse(n, out _))
            ? null
            : ("has an entry that is neither an address nor a network", "write addresses or networks joined by commas, such as 127.0.0.1,10.0.0.0/8; a network's address ends in zero bits");

    public static (string, string)? HttpUrl(string value, Settings settings) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
            ? null
            : ("is no HTTP address", "write it as http://localhost:4317; credentials belong into OTEL_EXPORTER_OTLP_HEADERS");

    public static Func<string, Settings, (string, string)?> Between(int least, int most) => (value, _) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? null
            : (string.Create(CultureInfo.InvariantCulture, $"is no number from {least} to {most}"), string.Create(CultureInfo.InvariantCulture, $"set it to a number from {least} to {most}"));

    public static Func<string, Settings, (string, string)?> OneOf(params string[] words) => (value, _) =>
        words.Contains(value) ? null : ("is none of the words that it may be", $"set it to {string.Join(", ", words[..^1])} or {words[^1]}");

    public static (string, string)? TimeOfDayOrOff(string value, Settings settings) =>
        value == "off" || TimeOnly.TryParseExact(value, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null : ("is no time of day", "write it as 02:00, or off");

    public static (string, string)? DayAndTimeOrOff(string value, Settings settings) =>
        value == "off" || (value.Split(' ') is [var day, var time] && int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 28 && TimeOfDayOrOff(time, settings) is null && time != "off")
            ? null
            : ("is no day of the month with a time", "write it as 1 03:30 (the day from 1 to 28), or off");

    /// <summary>An amount of dollars down to the nano-dollar, or none.</summary>
    public static (string, string)? Dollars(string value, Settings settings) =>
        value == "none" || (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) && dollars <= 1_000_000_000 && decimal.Round(dollars, 9) == dollars)
            ? null
            : ("is no amount of dollars", "set it to 0 or more such as 1.00, or to none for no limit");

    public static (string, string)? MailAddress(string value, Settings settings) =>
        System.Net.Mail.MailAddress.TryCreate(value, out _) ? null : ("is no e-mail address", "write it as office@example.com");

    public static (string, string)? ProviderKey(string value, Settings settings) =>
        WeakSecrets.IsPlaceholder(value) || value.Contains("...", StringComparison.Ordinal) ? ("is a placeholder", "set it to the key that the provider gave you, or leave it out")
        : value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) ? ("has white space in it", "set it to the key alone")
        : null;

    public static Func<string, Settings, (string, string)?> KeyBeginsWith(params string[] prefixes) => (value, _) =>
        prefixes.Any(prefix => value.StartsWith(prefix, StringComparison.Ordinal)) ? null : ($"does not begin with {string.Join(" or ", prefixes)}", "see that it is the key of this provider, and complete");

    public static (string, string)? HeapLimit(string value, Settings settings)
    {
        var digits = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value[2..] : value;
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bytes)) return ("is no hexadecimal number", "write bytes in hexadecimal: 0x10000000 for 256 MB");
        return bytes < 64UL << 20 ? ("leaves less than 64 MB, in which nothing can run", "write bytes in hexadecimal: 0x10000000 for 256 MB") : null;
    }

    public static (string, string)? NodeOptions(string value, Settings settings)
    {
        const string Option = "--max-old-space-size=";
        var at = value.IndexOf(Option, StringComparison.Ordinal);
        var megabytes = at >= 0 && uint.TryParse(value[(at + Option.Length)..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 256;
        return settings["DOTNET_GCHeapHardLimit"] is not null
            ? null
            : ("has no effect, since nothing here runs on Node", string.Create(CultureInfo.InvariantCulture, $"to limit the memory to {megabytes} MB set DOTNET_GCHeapHardLimit=0x{(ulong)megabytes << 20:X}"));
    }

    public static (string, string)? AuthSecret(string value, Settings settings) =>
        value.Length < 32 ? (string.Create(CultureInfo.InvariantCulture, $"has {value.Length} characters; at least 32 are needed"), $"generate one: {SettingKeys.NewSecret}")
        : WeakSecrets.IsPlaceholder(value) ? ("is a placeholder", $"generate one: {SettingKeys.NewSecret}")
        : WeakSecrets.IsMonotonous(value) ? ("is long but not random", $"generate one: {SettingKeys.NewSecret}")
        : null;

    public static (string, string)? Database(string value, Settings settings) => Problem(() =>
    {
        var url = PostgresUrl.Parse("", value);
        if (!settings.Production) return null;
        if (!url.IsLocal && !url.IsEncrypted) return ("goes to another machine without encryption", "add ?sslmode=require to it");
        return WeakSecrets.InUrl(url.Password, url.User, url.Database) && !(url.Host.StartsWith('/') && url.Password is null)
            ? ("has no password, or a default or weak one", "give the role a random one: openssl rand -hex 24")
            : null;
    });

    public static (string, string)? DatabaseRole(string value, Settings settings) => Problem(() =>
        PostgresUrl.Parse("", value).User == "postgres" ? ("uses the superuser, whom row-level security does not bind; the services refuse to start on it", "use the app role: fsm_app") : null);

    public static (string, string)? OwnerDatabase(string value, Settings settings) => Database(value, settings) ?? Problem(() =>
    {
        var owner = PostgresUrl.Parse("", value);
        var appKey = settings["FSM_DATABASE_URL"] is not null && settings["FSM_DATABASE_OWNER_URL"] == value ? "FSM_DATABASE_URL" : "DATABASE_URL";
        return settings[appKey] is { } text && Parsed(appKey, text) is { } app && app.Database != owner.Database
            ? ($"names another database than {appKey}", "make both name the same database; only user and password differ")
            : null;
    });

    public static (string, string)? DatabasePassword(string value, Settings settings) =>
        AgreesWithUrl("POSTGRES_PASSWORD", u => u.Password)(value, settings)
        ?? (WeakSecrets.IsPlaceholder(value) ? ("is a placeholder", "generate one: openssl rand -hex 24, and put it into the URL too")
            : settings.Production && WeakSecrets.InUrl(value, settings["POSTGRES_USER"] ?? "", settings["POSTGRES_DB"] ?? "") ? ("is a default or weak one", "generate one: openssl rand -hex 24, and put it into the URL too")
            : null);

    /// <summary>The container makes its role from POSTGRES_*, and that is the owner; without an owner's URL the services use the same role.</summary>
    public static Func<string, Settings, (string, string)?> AgreesWithUrl(string key, Func<PostgresUrl, string?> part) => (value, settings) =>
    {
        var urlKey = settings["DATABASE_OWNER_URL"] is not null ? "DATABASE_OWNER_URL" : "DATABASE_URL";
        return settings[urlKey] is { } text && Parsed(urlKey, text) is { } url && part(url) != value ? ($"does not agree with {urlKey}", $"make {key} and {urlKey} say the same") : null;
    };

    public static (string, string)? Redis(string value, Settings settings) => Problem(() =>
    {
        var url = RedisUrl.Parse("", value);
        return settings.Production && !url.IsLocal && WeakSecrets.InUrl(url.Password, url.User ?? "", "redis")
            ? ("goes to another machine with no password, or a default or weak one", "give Redis a random one (requirepass) and write redis://:password@host:6379/0")
            : null;
    });

    private static PostgresUrl? Parsed(string key, string text)
    {
        try
        {
            return PostgresUrl.Parse(key, text);
        }
        catch (SettingsException)
        {
            return null;
        }
    }

    private static (string, string)? Problem(Func<(string, string)?> check)
    {
        try
        {
            return check();
        }
        catch (SettingsException e)
        {
            return (e.Problems[0].Cause, e.Problems[0].Fix);
        }
    }

    private static string Short(string environment) => environment.ToLowerInvariant() is "prod" or "production" ? "production" : environment.ToLowerInvariant();
}
