using Outpost.Platform.Configuration;
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
    [InlineData("owner", "owns the table accounts")]
    public async Task One_that_could_bypass_it_is_refused_with_the_way_out(string role, string cause)
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var source = role switch { "superuser" => database.Superuser, "backup" => database.BackupSource, _ => database.OwnerSource };

        var refused = await Assert.ThrowsAsync<SettingsException>(() => AppRole.RefuseIfItCanBypassAsync(source, "DATABASE_URL", Stop));

        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
        Assert.Contains("create role", refused.Message, StringComparison.Ordinal);
    }
}
