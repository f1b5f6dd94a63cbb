using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Tests.Configuration;

public sealed class ADatabaseUrl
{
    [Theory]
    [InlineData("postgresql://fsm_user:password@postgres:5432/ai_fsm", "postgres", 5432, "ai_fsm", "fsm_user", "password")]
    [InlineData("postgres://u@db.example.com/d", "db.example.com", 5432, "d", "u", null)]
    [InlineData("postgresql://u:@h/d", "h", 5432, "d", "u", null)]
    [InlineData("postgresql://u:p%40ss%3A%2F%23%25%20%C3%BC@h:6000/my%2Fdb", "h", 6000, "my/db", "u", "p@ss:/#% ü")]
    [InlineData("postgresql://u:p@[::1]:5433/d", "::1", 5433, "d", "u", "p")]
    [InlineData("postgresql://u:p@[2001:db8::7]/d", "2001:db8::7", 5432, "d", "u", "p")]
    [InlineData("postgresql://u:p@/d?host=/run/postgresql", "/run/postgresql", 5432, "d", "u", "p")]
    [InlineData("postgresql://u:p@/d?host=%2Frun%2Fpg&port=5444", "/run/pg", 5444, "d", "u", "p")]
    [InlineData("postgresql://u:p@%2Frun%2Fpg:5444/d", "/run/pg", 5444, "d", "u", "p")]
    [InlineData("postgresql://u:pässwörd@h/d", "h", 5432, "d", "u", "pässwörd")]
    public void Is_taken_apart(string text, string host, int port, string database, string user, string? password)
    {
        var url = PostgresUrl.Parse("DATABASE_URL", text);

        Assert.Equal((host, port, database, user, password), (url.Host, url.Port, url.Database, url.User, url.Password));
        var connection = url.ToConnection();
        Assert.Equal((host, port, database, user, password), (connection.Host, connection.Port, connection.Database, connection.Username, connection.Password));
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void Says_how_to_encrypt(string word, SslMode mode) =>
        Assert.Equal(mode, PostgresUrl.Parse("K", $"postgresql://u:p@h/d?sslmode={word}").ToConnection().SslMode);

    [Fact]
    public void Takes_the_parameters_of_libpq()
    {
        var connection = PostgresUrl.Parse("K", "postgresql://u:p@h/d?application_name=my%20app&connect_timeout=7&channel_binding=require&sslrootcert=/etc/ca.pem&sslmode=verify-full").ToConnection();

        Assert.Equal(("my app", 7, ChannelBinding.Require, "/etc/ca.pem"), (connection.ApplicationName, connection.Timeout, connection.ChannelBinding, connection.RootCertificate));
    }

    [Theory]
    [InlineData("postgresql://u:hunter2hunter2@hunter3@h/d", "has more than one @", "%40")]
    [InlineData("postgresql://u:hunter2:hunter3@h/d", "has a : in its password", "%3A")]
    [InlineData("postgresql://u:hunter2/hunter3@h/d", "has a / or ? before its last @", "%2F")]
    [InlineData("postgresql://u:hunter2?hunter3@h/d", "has a / or ? before its last @", "%3F")]
    [InlineData("postgresql://u:hunter2#hunter3@h/d", "has a # in it", "%23")]
    [InlineData("postgresql://u:hunter2%hunter3@h/d", "has a % that begins no percent-encoding", "%25")]
    [InlineData("postgresql://u:hunter2%FF@h/d", "are not UTF-8", "UTF-8")]
    [InlineData("postgresql://u:hunter2 3@h/d", "has white space in it", "%20")]
    [InlineData(" postgresql://u:hunter2@h/d", "has white space in it", "form is")]
    [InlineData("postgresql+asyncpg://u:hunter2@h/d", "names a driver of another program: postgresql+asyncpg", "begin it with postgresql://")]
    [InlineData("mysql://u:hunter2@h/d", "begins with mysql://", "postgresql://user")]
    [InlineData("hunter2", "is no URL", "postgresql://user")]
    [InlineData("Host=h;Password=hunter2", "is no URL", "postgresql://user")]
    [InlineData("postgresql://u:hunter2@h", "names no database", "/database")]
    [InlineData("postgresql://u:hunter2@h/", "names no database", "/database")]
    [InlineData("postgresql://u:hunter2@h/d/e", "has more than one name behind its host", "%2F")]
    [InlineData("postgresql://h/d", "names no user", "user")]
    [InlineData("postgresql://:hunter2@h/d", "names no user", "user")]
    [InlineData("postgresql:///d", "has no host", "unix socket")]
    [InlineData("postgresql://u:hunter2@/d", "has no host", "unix socket")]
    [InlineData("postgresql://u:hunter2@:5432/d", "has no host before its port", "localhost")]
    [InlineData("postgresql://u:hunter2@h:0/d", "has no valid port", "65535")]
    [InlineData("postgresql://u:hunter2@h:65536/d", "has no valid port", "65535")]
    [InlineData("postgresql://u:hunter2@::1/d", "has more than one : behind", "[2001:db8::7]")]
    [InlineData("postgresql://u:hunter2@[::g]/d", "has no IPv6 address", "[2001:db8::7]")]
    [InlineData("postgresql://u:hunter2@[::1]x/d", "goes on after the ]", "[2001:db8::7]")]
    [InlineData("postgresql://u:hunter2@a,b/d", "names several hosts", "name one")]
    [InlineData("postgresql://u:hunter2@h!/d", "characters that no host name has", "percent-encode")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode=on", "has an unknown sslmode", "verify-full")]
    [InlineData("postgresql://u:hunter2@h/d?options=-crow_security%3Doff", "has the parameter options", "leave it out")]
    [InlineData("postgresql://u:hunter2@h/d?schema=public", "not known here: schema", "application_name")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode", "has a parameter without a value", "?name=value")]
    [InlineData("postgresql://u:hunter2@h/d?sslmode=require&sslmode=disable", "has one parameter twice", "leave one")]
    [InlineData("postgresql://u:hunter2@h/d?host=/tmp", "names its host twice", "leave one")]
    [InlineData("postgresql://u:hunter2@h/d?connect_timeout=soon", "no number of seconds", "1024")]
    public void Is_refused_with_the_fix_and_without_the_password(string text, string cause, string fix)
    {
        var refusal = Assert.Throws<SettingsException>(() => PostgresUrl.Parse("DATABASE_URL", text)).Message;

        Assert.StartsWith("DATABASE_URL ", refusal, StringComparison.Ordinal);
        Assert.Contains(cause, refusal, StringComparison.Ordinal);
        Assert.Contains(fix, refusal[refusal.IndexOf("Fix:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Hides_its_password_as_text() =>
        Assert.Equal("postgresql://u:••••@h:5432/d?sslmode=require", PostgresUrl.Parse("K", "postgres://u:hunter2@h/d?sslmode=require").ToString());

    [Theory]
    [InlineData("postgresql://u@localhost/d", true)]
    [InlineData("postgresql://u@127.0.0.9/d", true)]
    [InlineData("postgresql://u@[::1]/d", true)]
    [InlineData("postgresql://u@/d?host=/tmp", true)]
    [InlineData("postgresql://u@postgres/d", true)]
    [InlineData("postgresql://u@10.0.0.5/d", false)]
    [InlineData("postgresql://u@db.example.com/d", false)]
    [InlineData("postgresql://u@[2001:db8::7]/d", false)]
    public void Knows_whether_it_leaves_the_machine(string text, bool local) => Assert.Equal(local, PostgresUrl.Parse("K", text).IsLocal);

    [Fact]
    public void Survives_being_written_and_read_with_any_password_user_and_host()
    {
        var hosts = Gen.Elements("h", "db.example.com", "10.1.2.3", "::1", "2001:db8::7", "/run/post gres", "/tmp/ü%@");
        var urls =
            from user in Texts.NotEmpty
            from password in Texts.NotEmpty
            from database in Texts.NotEmpty
            from host in hosts
            from port in Gen.Choose(1, 65535)
            from mode in Gen.Elements<SslMode?>(null, SslMode.Require, SslMode.VerifyFull, SslMode.Disable)
            select new PostgresUrl { User = user, Password = password, Database = database, Host = host, Port = port, SslMode = mode };

        Prop.ForAll(urls.ToArbitrary(), url => PostgresUrl.Parse("K", url.ToUrl()) == url).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Answers_any_text_with_a_url_or_a_refusal()
    {
        var pieces = Gen.Elements("postgresql://", "redis://", "u", ":", "@", "/", "?", "#", "%", "%4", "%40", "[", "]", "::1", "=", "&", "host", "sslmode", "5432", ",", " ", "\0", "ü", "\ud800");

        Prop.ForAll(pieces.ListOf().Select(string.Concat).ToArbitrary(), text =>
        {
            try
            {
                return PostgresUrl.Parse("K", "postgresql://" + text).Host.Length > 0;
            }
            catch (SettingsException e)
            {
                return e.Problems.Count == 1;
            }
        }).QuickCheckThrowOnFailure();
    }
}

/// <summary>Arbitrary text that UTF-8 can carry: no lone surrogates and no zero byte, which PostgreSQL cannot store.</summary>
internal static class Texts
{
    public static Gen<string> NotEmpty { get; } =
        ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => new string([.. s.Get.Where(c => !char.IsSurrogate(c) && c != '\0')]) + "@:/#%?é");
}
