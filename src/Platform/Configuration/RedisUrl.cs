using System.Globalization;
using System.Net;

namespace Outpost.Platform.Configuration;

/// <summary>
/// Where a Redis is: <c>redis://user:password@host:6379/0</c>, the same with TLS as <c>rediss://</c>, or over a unix socket
/// <c>unix:///run/redis/redis.sock?db=0</c>. As text it hides the password.
/// </summary>
public sealed record RedisUrl
{
    internal const string Form = "redis://user:password@host:6379/0";

    /// <summary>A name or an address without brackets; empty when <see cref="SocketPath"/> is set.</summary>
    public string Host { get; init; } = "";

    public int Port { get; init; } = 6379;

    /// <summary>The unix socket; null over TCP.</summary>
    public string? SocketPath { get; init; }

    public bool Tls { get; init; }

    /// <summary>Null is Redis's user <c>default</c>.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>From 0. A server has 16 unless it is told otherwise.</summary>
    public int Database { get; init; }

    /// <summary>Over a unix socket, the loopback interface, or a name without dots, which only the same container network knows.</summary>
    public bool IsLocal => SocketPath is not null || (IPAddress.TryParse(Host, out var address) ? IPAddress.IsLoopback(address) : !Host.Contains('.', StringComparison.Ordinal));

    /// <exception cref="SettingsException">It is no such URL; the message says why and never repeats the password.</exception>
    public static RedisUrl Parse(string key, string text)
    {
        var url = UrlParts.Parse(key, text, Form);
        if (url.Scheme is not ("redis" or "rediss" or "unix")) throw UrlParts.Wrong(key, $"begins with {url.Scheme}://", $"write it as {Form}, with rediss:// for TLS, or unix:///path/of/redis.sock");
        if (url.User is not null && string.IsNullOrEmpty(url.Password)) throw UrlParts.Wrong(key, "names a user but no password", "write redis://user:password@host, or redis://:password@host for the default user");
        if (url.Query.FirstOrDefault(p => p.Name is not ("db" or "password")).Name is not null) throw UrlParts.Wrong(key, "has a parameter that is not known here", "leave it out; known are db and password");

        var password = url.Query.FirstOrDefault(p => p.Name == "password").Value;
        if (password is not null && url.Password is not null) throw UrlParts.Wrong(key, "has its password twice", "leave one of them out");

        var login = new RedisUrl { User = url.User, Password = (url.Password ?? password) is { Length: > 0 } secret ? secret : null, Database = Number(key, url) };
        if (url.Scheme == "unix")
        {
            if (url.Host is not null || url.Path.Length < 2) throw UrlParts.Wrong(key, "names no socket", "write it as unix:///path/of/redis.sock, with three slashes");
            return login with { SocketPath = UrlParts.Decode(key, url.Path) };
        }

        if (url.Host is null || url.Host.StartsWith('/')) throw UrlParts.Wrong(key, "has no host", $"write it as {Form}");
        return login with { Host = url.Host, Port = url.Port ?? 6379, Tls = url.Scheme == "rediss" };
    }

    /// <summary>The URL with its password, for a child process. Never to be shown.</summary>
    public string ToUrl() => Write(Password is null ? "" : Uri.EscapeDataString(Password));

    public override string ToString() => Write(Password is null ? "" : Secrets.Redaction.Mark);

    private string Write(string password)
    {
        var login = password.Length == 0 ? "" : $"{Uri.EscapeDataString(User ?? "")}:{password}@";
        return SocketPath is null
            ? string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "rediss" : "redis")}://{login}{UrlParts.WriteHost(Host)}:{Port}/{Database}")
            : string.Create(CultureInfo.InvariantCulture, $"unix://{login}{Uri.EscapeDataString(SocketPath).Replace("%2F", "/", StringComparison.Ordinal)}?db={Database}");
    }

    private static int Number(string key, UrlParts url)
    {
        var path = url.Scheme == "unix" ? "" : url.Path.TrimStart('/');
        var parameter = url.Query.FirstOrDefault(p => p.Name == "db").Value;
        if (path.Length > 0 && parameter is not null) throw UrlParts.Wrong(key, "has its database number twice", "leave one of them out");

        var text = path.Length > 0 ? path : parameter;
        return text is null ? 0
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw UrlParts.Wrong(key, "has a database that is no number", "write a number from 0, such as redis://host:6379/0");
    }
}
