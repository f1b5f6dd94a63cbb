using System.Globalization;
using System.Net;
using Npgsql;

namespace Outpost.Platform.Configuration;

/// <summary>Where a PostgreSQL database is and who asks: <c>postgresql://user:password@host:5432/database?sslmode=require</c>. As text it hides the password.</summary>
public sealed record PostgresUrl
{
    internal const string Form = "postgresql://user:password@host:5432/database";

    private static readonly Dictionary<string, SslMode> SslModes = new(StringComparer.Ordinal)
    {
        ["disable"] = Npgsql.SslMode.Disable,
        ["allow"] = Npgsql.SslMode.Allow,
        ["prefer"] = Npgsql.SslMode.Prefer,
        ["require"] = Npgsql.SslMode.Require,
        ["verify-ca"] = Npgsql.SslMode.VerifyCA,
        ["verify-full"] = Npgsql.SslMode.VerifyFull,
    };

    private static readonly Dictionary<string, ChannelBinding> ChannelBindings = new(StringComparer.Ordinal)
    {
        ["disable"] = Npgsql.ChannelBinding.Disable,
        ["prefer"] = Npgsql.ChannelBinding.Prefer,
        ["require"] = Npgsql.ChannelBinding.Require,
    };

    private static readonly string[] Parameters = ["sslmode", "sslrootcert", "channel_binding", "host", "port", "application_name", "connect_timeout"];

    /// <summary>A name, an address without brackets, or the directory of a unix socket.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 5432;

    public required string Database { get; init; }

    public required string User { get; init; }

    public string? Password { get; init; }

    /// <summary>Null when the URL does not say; the driver then prefers TLS and checks no certificate.</summary>
    public SslMode? SslMode { get; init; }

    public string? RootCertificate { get; init; }

    public ChannelBinding? ChannelBinding { get; init; }

    public string? ApplicationName { get; init; }

    /// <summary>In seconds; 0 waits for ever.</summary>
    public int? ConnectTimeout { get; init; }

    /// <summary>Over a unix socket, the loopback interface, or a name without dots, which only the same container network knows: no wire to listen on.</summary>
    public bool IsLocal => Host.StartsWith('/') || (IPAddress.TryParse(Host, out var address) ? IPAddress.IsLoopback(address) : !Host.Contains('.', StringComparison.Ordinal));

    /// <summary>Whether nobody on the way can read along: no other than an operator's word for TLS counts, since the default falls back to plain text.</summary>
    public bool IsEncrypted => SslMode is Npgsql.SslMode.Require or Npgsql.SslMode.VerifyCA or Npgsql.SslMode.VerifyFull;

    /// <param name="key">The setting, for the message.</param>
    /// <param name="text">Its value.</param>
    /// <exception cref="SettingsException">It is no such URL; the message says why and never repeats the password.</exception>
    public static PostgresUrl Parse(string key, string text)
    {
        var url = UrlParts.Parse(key, text, Form);
        if (url.Scheme is not ("postgresql" or "postgres"))
        {
            var driver = url.Scheme.IndexOf('+', StringComparison.Ordinal);
            throw driver > 0 && url.Scheme[..driver] is "postgresql" or "postgres"
                ? UrlParts.Wrong(key, $"names a driver of another program: {url.Scheme}", "begin it with postgresql://")
                : UrlParts.Wrong(key, $"begins with {url.Scheme}://", $"write it as {Form}");
        }

        if (url.Query.FirstOrDefault(p => !Parameters.Contains(p.Name)).Name is { } unknown) throw Unknown(key, unknown);

        string? Parameter(string name) => url.Query.FirstOrDefault(p => p.Name == name).Value;
        var host = url.Host ?? Parameter("host");
        if (url.Host is not null && Parameter("host") is not null) throw UrlParts.Wrong(key, "names its host twice, before the / and as a parameter", "leave one of them out");
        if (string.IsNullOrEmpty(host)) throw UrlParts.Wrong(key, "has no host", $"write it as {Form}, or with ?host=/run/postgresql for a unix socket");

        var database = UrlParts.Decode(key, url.Path.TrimStart('/'));
        if (database.Length == 0) throw UrlParts.Wrong(key, "names no database", $"write it as {Form}");
        if (url.Path.Count(c => c == '/') > 1) throw UrlParts.Wrong(key, "has more than one name behind its host", $"write it as {Form}; a / in a name is %2F");

        return new()
        {
            Host = host,
            Port = url.Port ?? (Parameter("port") is { } port ? UrlParts.PortOf(key, port) : 5432),
            Database = database,
            User = url.User ?? throw UrlParts.Wrong(key, "names no user", $"write it as {Form}"),
            Password = url.Password is "" ? null : url.Password,
            SslMode = OneOf(key, "sslmode", Parameter("sslmode"), SslModes),
            RootCertificate = Parameter("sslrootcert"),
            ChannelBinding = OneOf(key, "channel_binding", Parameter("channel_binding"), ChannelBindings),
            ApplicationName = Parameter("application_name"),
            ConnectTimeout = Parameter("connect_timeout") is { } timeout ? Timeout(key, timeout) : null,
        };
    }

    /// <summary>Ready to open connections; pool sizes and the like are the caller's to add.</summary>
    public NpgsqlConnectionStringBuilder ToConnection()
    {
        var connection = new NpgsqlConnectionStringBuilder { Host = Host, Port = Port, Database = Database, Username = User, Password = Password };
        if (SslMode is { } ssl) connection.SslMode = ssl;
        if (RootCertificate is not null) connection.RootCertificate = RootCertificate;
        if (ChannelBinding is { } binding) connection.ChannelBinding = binding;
        if (ApplicationName is not null) connection.ApplicationName = ApplicationName;
        if (ConnectTimeout is { } seconds) connection.Timeout = seconds;
        return connection;
    }

    /// <summary>The URL with its password, for a child process. Never to be shown.</summary>
    public string ToUrl() => Write(Password is null ? "" : ":" + Uri.EscapeDataString(Password));

    public override string ToString() => Write(Password is null ? "" : ":" + Secrets.Redaction.Mark);

    private string Write(string password)
    {
        // A directory goes into the query, where every client of PostgreSQL understands it.
        var directory = Host.StartsWith('/');
        var query = new List<string>();
        if (directory) query.Add("host=" + Uri.EscapeDataString(Host));
        if (directory && Port != 5432) query.Add(string.Create(CultureInfo.InvariantCulture, $"port={Port}"));
        if (SslMode is { } ssl) query.Add("sslmode=" + SslModes.First(m => m.Value == ssl).Key);
        if (RootCertificate is not null) query.Add("sslrootcert=" + Uri.EscapeDataString(RootCertificate));
        if (ChannelBinding is { } binding) query.Add("channel_binding=" + ChannelBindings.First(m => m.Value == binding).Key);
        if (ApplicationName is not null) query.Add("application_name=" + Uri.EscapeDataString(ApplicationName));
        if (ConnectTimeout is { } seconds) query.Add(string.Create(CultureInfo.InvariantCulture, $"connect_timeout={seconds}"));
        var address = directory ? "" : string.Create(CultureInfo.InvariantCulture, $"{UrlParts.WriteHost(Host)}:{Port}");
        return $"postgresql://{Uri.EscapeDataString(User)}{password}@{address}/{Uri.EscapeDataString(Database)}{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}";
    }

    private static T? OneOf<T>(string key, string parameter, string? word, Dictionary<string, T> words) where T : struct => word switch
    {
        null => null,
        _ when words.TryGetValue(word, out var value) => value,
        _ => throw UrlParts.Wrong(key, $"has an unknown {parameter}", $"use one of {string.Join(", ", words.Keys)}"),
    };

    private static int Timeout(string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 1024
            ? seconds
            : throw UrlParts.Wrong(key, "has a connect_timeout that is no number of seconds", "write a number from 0 to 1024");

    private static SettingsException Unknown(string key, string parameter) => parameter == "options"
        ? UrlParts.Wrong(key, "has the parameter options, which could turn off what protects one account's rows from another", "leave it out; set it for the role instead: alter role … set …")
        : UrlParts.Wrong(key, $"has a parameter that is not known here{(parameter.All(c => char.IsAsciiLetterLower(c) || c == '_') && parameter.Length <= 24 ? $": {parameter}" : "")}", $"leave it out; known are {string.Join(", ", Parameters)}");
}
