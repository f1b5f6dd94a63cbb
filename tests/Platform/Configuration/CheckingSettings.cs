using Outpost.Platform.Configuration;
using Outpost.Platform.Secrets;

namespace Outpost.Platform.Tests.Configuration;

public sealed class CheckingSettings
{
    private const string Strong = "kX3vR8-mQ2_tY7wZ5nB1cD9fG4hJ6pL0";

    [Fact]
    public void Finds_nothing_where_nothing_is_set() => Assert.Equal((0, 0), Counts([]));

    [Theory]
    [InlineData(MachineProfile.Pi)]
    [InlineData(MachineProfile.Vps)]
    public void Finds_nothing_in_a_new_configuration(MachineProfile profile)
    {
        var file = EnvFile.Parse(".env", EnvTemplate.New(profile));

        Assert.Empty(file.Problems);
        Assert.Equal((0, 0), Counts([.. file.Entries.Select(e => (e.Key, e.Value))]));
    }

    [Fact]
    public void Asks_for_every_empty_value_of_the_example()
    {
        var file = EnvFile.Parse(".env", EnvTemplate.Example());
        var settings = Of([.. file.Entries.Select(e => (e.Key, e.Value))]);

        Assert.Equal(["AUTH_SECRET", "DATABASE_URL", "POSTGRES_PASSWORD"], SettingsCheck.Run(settings).Problems.Where(p => p.Cause.StartsWith("is empty", StringComparison.Ordinal)).Select(p => p.Key).Order());
    }

    [Theory]
    [InlineData("kX3vR8-mQ2_tY7wZ5nB1cD9fG4hJ6pL", "has 31 characters; at least 32 are needed")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is long but not random")]
    [InlineData("kX3vR8-mkX3vR8-mkX3vR8-mkX3vR8-mkX3v", "is long but not random")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789", "is long but not random")]
    [InlineData("change-me-change-me-change-me-please-1", "is a placeholder")]
    [InlineData("your-32-character-secret-goes-here-ok", "is a placeholder")]
    [InlineData("<generate with openssl rand -base64 32>", "is a placeholder")]
    public void Refuses_an_auth_secret_that_could_be_guessed(string value, string cause)
    {
        var problem = Problem("AUTH_SECRET", value);

        Assert.StartsWith(cause, problem!.Cause, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_any_auth_secret_that_was_generated()
    {
        Assert.Null(Problem("AUTH_SECRET", Strong));
        Assert.All(Enumerable.Range(0, 500), _ => Assert.Null(Problem("AUTH_SECRET", Secret.UrlSafe())));
        Assert.All(Enumerable.Range(0, 500), _ => Assert.Null(Problem("AUTH_SECRET", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)))));
    }

    [Theory]
    [InlineData("POSTGRES_DB", "other", "does not agree with DATABASE_URL")]
    [InlineData("POSTGRES_USER", "other", "does not agree with DATABASE_URL")]
    [InlineData("POSTGRES_PASSWORD", "other-password", "does not agree with DATABASE_URL")]
    [InlineData("POSTGRES_DB", "ai_fsm", null)]
    [InlineData("POSTGRES_USER", "fsm_user", null)]
    [InlineData("POSTGRES_PASSWORD", "p@ss", null)]
    public void Compares_the_url_with_what_the_container_makes(string key, string value, string? cause) =>
        Assert.Equal(cause, Problem(key, value, ("DATABASE_URL", "postgresql://fsm_user:p%40ss@postgres:5432/ai_fsm"), ("AUTH_SECRET", Strong), ("POSTGRES_PASSWORD", key == "POSTGRES_PASSWORD" ? value : "p@ss"))?.Cause);

    [Fact]
    public void Compares_the_owner_where_there_is_one()
    {
        var settings = Of(("DATABASE_URL", "postgresql://fsm_app:one@h/ai_fsm"), ("DATABASE_OWNER_URL", "postgresql://fsm_owner:two@h/ai_fsm"), ("POSTGRES_USER", "fsm_owner"), ("POSTGRES_PASSWORD", "two"), ("AUTH_SECRET", Strong));

        Assert.Empty(SettingsCheck.Run(settings).Problems);
    }

    [Fact]
    public void Refuses_an_owner_of_another_database() =>
        Assert.Equal("names another database than DATABASE_URL", Problem("DATABASE_OWNER_URL", "postgresql://o:p@h/other", ("DATABASE_URL", "postgresql://u:p@h/ai_fsm"), ("AUTH_SECRET", Strong))?.Cause);

    [Theory]
    [InlineData("postgresql://u:Xk29fj2-qwRT0@db.example.com/d", "goes to another machine without encryption")]
    [InlineData("postgresql://u:Xk29fj2-qwRT0@db.example.com/d?sslmode=prefer", "goes to another machine without encryption")]
    [InlineData("postgresql://assistant:assistant@postgres:5432/assistant", "has no password, or a default or weak one")]
    [InlineData("postgresql://u:short@postgres/d", "has no password, or a default or weak one")]
    [InlineData("postgresql://u@postgres/d", "has no password, or a default or weak one")]
    [InlineData("postgresql://u:Xk29fj2-qwRT0@db.example.com/d?sslmode=require", null)]
    [InlineData("postgresql://u:Xk29fj2-qwRT0@postgres/d", null)]
    [InlineData("postgresql://u@/d?host=/run/postgresql", null)]
    public void Is_strict_about_databases_in_production(string url, string? cause)
    {
        Assert.Equal(cause, Problem("DATABASE_URL", url, ("ENVIRONMENT", "production"))?.Cause);
        Assert.Null(Problem("DATABASE_URL", url));
    }

    [Theory]
    [InlineData("redis://r.example.com", true)]
    [InlineData("redis://:password@r.example.com", true)]
    [InlineData("redis://:Xk29fj2-qwRT0@r.example.com", false)]
    [InlineData("redis://redis:6379", false)]
    public void Is_strict_about_redis_in_production(string url, bool refused) => Assert.Equal(refused, Problem("REDIS_URL", url, ("ENV", "production")) is not null);

    [Theory]
    [InlineData("ENVIRONMENT", "production", "AUTH_SECRET,DATABASE_URL")]
    [InlineData("POSTGRES_DB", "ai_fsm", "DATABASE_URL,POSTGRES_PASSWORD")]
    [InlineData("DATABASE_URL", "postgresql://u:p@h/d", "AUTH_SECRET")]
    [InlineData("FSM_DATABASE_URL", "postgresql://u:p@h/d", "AUTH_SECRET")]
    public void Asks_for_what_else_is_needed(string key, string value, string needed) =>
        Assert.Equal(needed.Split(','), SettingsCheck.Run(Of((key, value))).Problems.Select(p => p.Key).Order());

    [Fact]
    public void Asks_for_nothing_in_a_production_that_keeps_its_own_database() =>
        Assert.Equal((0, 0), Counts([("ENVIRONMENT", "production"), ("OUTPOST_DATA", "/var/lib/outpost")]));

    [Theory]
    [InlineData("FSM_PORT", "0")]
    [InlineData("PORT", "65536")]
    [InlineData("PORT", "http")]
    [InlineData("FSM_HOST", "example.com")]
    [InlineData("SECURE_COOKIES", "yes")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/8,nginx")]
    [InlineData("ENVIRONMENT", "live")]
    [InlineData("LOG_LEVEL", "loud")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("WORKER_CONCURRENCY", "0")]
    [InlineData("DOTNET_GCHeapHardLimit", "256M")]
    [InlineData("DOTNET_GCHeapHardLimit", "256")]
    public void Refuses_a_value_that_its_key_does_not_take_and_does_not_repeat_it(string key, string value)
    {
        var problem = Problem(key, value);

        Assert.NotNull(problem);
        Assert.DoesNotContain($"'{value}'", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FSM_PORT", "3000")]
    [InlineData("FSM_HOST", "::")]
    [InlineData("SECURE_COOKIES", "False")]
    [InlineData("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,fd00::/8")]
    [InlineData("LOG_LEVEL", "INFO")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317")]
    [InlineData("DOTNET_GCHeapHardLimit", "10000000")]
    public void Takes_a_value_that_fits(string key, string value) => Assert.Null(Problem(key, value));

    [Fact]
    public void Refuses_two_words_for_the_environment_that_contradict() =>
        Assert.Equal("contradicts the other of ENV and ENVIRONMENT", Problem("ENV", "development", ("ENVIRONMENT", "production"))?.Cause);

    [Fact]
    public void Says_what_to_set_instead_of_node_options()
    {
        var warning = Assert.Single(SettingsCheck.Run(Of(("NODE_OPTIONS", "--max-old-space-size=256"))).Warnings);

        Assert.Contains("DOTNET_GCHeapHardLimit=0x10000000", warning.Fix, StringComparison.Ordinal);
        Assert.Equal((0, 0), Counts([("NODE_OPTIONS", "--max-old-space-size=256"), ("DOTNET_GCHeapHardLimit", "0x10000000")]));
    }

    [Theory]
    [InlineData("DATABSE_URL", "DATABASE_URL")]
    [InlineData("DATABASE_URI", "DATABASE_URL")]
    [InlineData("auth_secret", "AUTH_SECRET")]
    [InlineData("AUTHSECRET", "AUTH_SECRET")]
    [InlineData("TRUSTED_PROXYS", "TRUSTED_PROXIES")]
    [InlineData("GRAFANA_PORT", null)]
    [InlineData("HOME", null)]
    public void Guesses_which_key_is_meant(string written, string? meant)
    {
        using var file = new EnvFileOnDisk($"{written}=1\n");

        var warnings = SettingsCheck.Run(file.Load()).Warnings;

        Assert.Equal(meant is null ? [] : [$"{written} is not known and has no effect; {meant} is probably meant. Fix: call it {meant}, or delete it."], warnings.Select(w => w.ToString()));
    }

    [Theory]
    [InlineData("DATABSE_URL", 1)]
    [InlineData("PORTS", 0)]
    [InlineData("HOST", 0)]
    public void Guesses_less_in_the_environment_which_belongs_to_other_programs_too(string written, int warnings) =>
        Assert.Equal(warnings, SettingsCheck.Run(Of((written, "1"))).Warnings.Count);

    [Fact]
    public void Repeats_no_secret_wherever_it_was_put()
    {
        const string Planted = "hunter2-9Qx";
        foreach (var key in SettingKeys.All.Select(k => k.Name).Append("UNKNOWN_KEY").Append("DATABSE_URL"))
        {
            foreach (var value in new[] { Planted, $"postgresql://u:{Planted}@h/d?x=y", $"redis://u:{Planted}@h/x", $"http://u:{Planted}@h", $"postgresql://u:a@{Planted}@h/d", $"x://{Planted}" })
            {
                var report = SettingsCheck.Run(Of((key, value), ("ENV", "production")));

                Assert.DoesNotContain(Planted, string.Join('\n', report.Problems.Concat(report.Warnings)), StringComparison.Ordinal);
            }
        }
    }

    private static SettingsProblem? Problem(string key, string value, params (string, string)[] others) =>
        SettingsCheck.Run(Of([.. others, (key, value)])).Problems.FirstOrDefault(p => p.Key == key);

    private static (int Problems, int Warnings) Counts((string, string)[] values) => SettingsCheck.Run(Of(values)) is var report ? (report.Problems.Count, report.Warnings.Count) : default;

    private static Settings Of(params (string, string)[] values) => new Settings(new Dictionary<string, string>()).With(values);

    private sealed class EnvFileOnDisk : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("outpost-check-").FullName;

        public EnvFileOnDisk(string text)
        {
            var path = Path.Combine(_directory, ".env");
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        public Settings Load() => Of().Over(_directory);

        public void Dispose() => Directory.Delete(_directory, recursive: true);
    }
}
