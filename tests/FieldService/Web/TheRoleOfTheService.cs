using Outpost.Platform.Configuration;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

public sealed class TheRoleOfTheService(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_row_level_security_binds_is_fine()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);

        await AppRole.RefuseIfItCanBypassAsync(database.AppSource, "DATABASE_URL", Stop);
    }

    [Theory]
    [InlineData("superuser", "is a superuser")]
    [InlineData("backup", "has BYPASSRLS")]
    [InlineData("owner", "owns the table ")]
    public async Task One_that_could_bypass_it_is_refused_with_the_way_out(string role, string cause)
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var source = role switch { "superuser" => database.Superuser, "backup" => database.BackupSource, _ => database.OwnerSource };

        var refused = await Assert.ThrowsAsync<SettingsException>(() => AppRole.RefuseIfItCanBypassAsync(source, "DATABASE_URL", Stop));

        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
        Assert.Contains("create role", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_does_not_listen_on_a_database_that_lacks_its_tables()
    {
        await using var database = await postgres.EmptyDatabaseAsync(Stop);
        using var host = FieldServiceRole.Web.Build(FieldServiceUnderTest.SettingsOf(database));

        var refused = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync(Stop));

        var problem = Assert.Single(refused.Problems);
        Assert.Equal("DATABASE_URL", problem.Key);
        Assert.Contains("outpost migrate up", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_does_not_listen_as_the_owner()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        using var host = FieldServiceRole.Web.Build(FieldServiceUnderTest.SettingsOf(database).With(("DATABASE_URL", database.OwnerUrl)));

        await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync(Stop));
    }

    [Fact]
    public async Task A_service_that_may_listen_answers_on_the_connections_it_made_itself()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        using var host = FieldServiceRole.Web.Build(FieldServiceUnderTest.SettingsOf(database));

        await host.StartAsync(Stop);

        using var client = new HttpClient { BaseAddress = host.Address() };
        Assert.Contains("\"db\":\"ok\"", await client.GetStringAsync("/api/health", Stop), StringComparison.Ordinal);
        await host.StopAsync(Stop);
    }
}
