using FsCheck;
using FsCheck.Fluent;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Tests.Configuration;

public sealed class ARedisUrl
{
    [Theory]
    [InlineData("redis://redis:6379", "redis", 6379, false, null, null, 0)]
    [InlineData("redis://redis:6379/0", "redis", 6379, false, null, null, 0)]
    [InlineData("rediss://u:p%40ss@r.example.com/15", "r.example.com", 6379, true, "u", "p@ss", 15)]
    [InlineData("redis://:password@host:6379", "host", 6379, false, null, "password", 0)]
    [InlineData("redis://:p@[::1]:7000/20", "::1", 7000, false, null, "p", 20)]
    [InlineData("redis://h?db=3", "h", 6379, false, null, null, 3)]
    public void Is_taken_apart(string text, string host, int port, bool tls, string? user, string? password, int database)
    {
        var url = RedisUrl.Parse("REDIS_URL", text);

        Assert.Equal((host, port, tls, user, password, database), (url.Host, url.Port, url.Tls, url.User, url.Password, url.Database));
        Assert.Null(url.SocketPath);
    }

    [Theory]
    [InlineData("unix:///run/redis.sock", "/run/redis.sock", null, 0)]
    [InlineData("unix://:p@/run/redis.sock?db=2", "/run/redis.sock", "p", 2)]
    [InlineData("unix:///run/my%20redis.sock?db=2&password=p", "/run/my redis.sock", "p", 2)]
    public void May_name_a_socket(string text, string socket, string? password, int database)
    {
        var url = RedisUrl.Parse("REDIS_URL", text);

        Assert.Equal((socket, password, database), (url.SocketPath, url.Password, url.Database));
    }

    [Theory]
    [InlineData("redis://u@h", "names a user but no password")]
    [InlineData("redis://:hunter2@/0", "has no host")]
    [InlineData("redis://:hunter2@h/hunter3", "has a database that is no number")]
    [InlineData("redis://:hunter2@h/1?db=2", "has its database number twice")]
    [InlineData("redis://:hunter2@h/-1", "has a database that is no number")]
    [InlineData("redis://:hunter2@h?password=hunter3", "has its password twice")]
    [InlineData("redis://:hunter2@h?timeout=3", "has a parameter that is not known here")]
    [InlineData("redis://:hunter2:3@h", "has a : in its password")]
    [InlineData("http://:hunter2@h", "begins with http://")]
    [InlineData("unix://run/redis.sock", "names no socket")]
    [InlineData("unix://", "names no socket")]
    [InlineData("h:6379", "is no URL")]
    public void Is_refused_with_the_fix_and_without_the_password(string text, string cause)
    {
        var refusal = Assert.Throws<SettingsException>(() => RedisUrl.Parse("REDIS_URL", text)).Message;

        Assert.StartsWith($"REDIS_URL {cause}", refusal, StringComparison.Ordinal);
        Assert.Contains("Fix: ", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Hides_its_password_as_text()
    {
        Assert.Equal("rediss://u:••••@h:6379/1", RedisUrl.Parse("K", "rediss://u:hunter2@h/1").ToString());
        Assert.Equal("unix://:••••@/run/r.sock?db=0", RedisUrl.Parse("K", "unix:///run/r.sock?password=hunter2").ToString());
    }

    [Fact]
    public void Survives_being_written_and_read_with_any_password_user_and_host()
    {
        var urls =
            from user in Gen.OneOf(Gen.Constant<string?>(null), Texts.NotEmpty.Select(t => (string?)t))
            from password in Texts.NotEmpty
            from place in Gen.Elements(("h", null), ("10.1.2.3", null), ("2001:db8::7", null), ("", "/run/a b/ü@.sock"))
            from port in Gen.Choose(1, 65535)
            from database in Gen.Choose(0, 40)
            from tls in Gen.Elements(true, false)
            select new RedisUrl
            {
                Host = place.Item1,
                SocketPath = place.Item2,
                Port = place.Item2 is null ? port : 6379,
                Tls = tls && place.Item2 is null,
                User = user,
                Password = password,
                Database = database,
            };

        Prop.ForAll(urls.ToArbitrary(), url => RedisUrl.Parse("K", url.ToUrl()) == url).QuickCheckThrowOnFailure();
    }
}
