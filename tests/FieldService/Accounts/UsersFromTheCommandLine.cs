using System.Net;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class UsersFromTheCommandLine(PostgresServer postgres)
{
    private const string Password = "another horse battery";
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task The_first_owner_is_made_once_however_many_start_at_once()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UserAdministration.FirstOwnerAsync(database.OwnerSource, "My company", Stop)));

        var first = Assert.Single(made.OfType<FirstOwner>());
        Assert.Equal(("My company", "admin@example.com", 19), (first.Account, first.Email, first.Password.Length));
        var listed = Assert.Single(await UserAdministration.ListAsync(database.OwnerSource, Stop));
        Assert.Equal((first.Id, "My company", "owner"), (listed.Id, listed.Account, listed.Role));
        Assert.Null(await UserAdministration.FirstOwnerAsync(database.OwnerSource, "Another", Stop));
    }

    [Fact]
    public async Task The_generated_password_signs_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("delete from accounts");

        var first = (await UserAdministration.FirstOwnerAsync(app.Database.OwnerSource, "My company", Stop))!;

        var answer = await app.Client().PostAsync("/api/v1/auth/login", new { email = first.Email, password = first.Password });
        Assert.Equal("owner", (string?)(await answer.JsonAsync())["user"]!["role"]);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'user' and action = 'insert' and actor_id is null"));
    }

    [Fact]
    public async Task Somebody_added_can_sign_in_and_a_new_password_ends_their_sessions()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var id = await UserAdministration.AddAsync(app.Database.OwnerSource, null, " New@North.test", "New", UserRole.Admin, FieldServiceUnderTest.Password, Stop);
        var client = await app.SignedInAsync(new(id, "new@north.test"));
        await UserAdministration.SetPasswordAsync(app.Database.OwnerSource, "NEW@north.test", Password, app.Clock, Stop);

        await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(HttpStatusCode.OK, (await app.Client().PostAsync("/api/v1/auth/login", new { email = "new@north.test", password = Password })).StatusCode);
        Assert.Equal(["admin of north", "New", "owner of north", "tech of north"], (await UserAdministration.ListAsync(app.Database.OwnerSource, Stop)).Select(user => user.FullName));
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_id = $1 and actor_id is null and account_id = $2", id, app.Company.Account));
    }

    [Fact]
    public async Task What_cannot_be_done_says_why()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = app.Database.OwnerSource;
        Task<Guid> Add(string? account, string email, string name = "X", string password = Password) => UserAdministration.AddAsync(owner, account, email, name, UserRole.Tech, password, Stop);

        await RefusedAsync("CONFLICT", "email", () => Add(null, app.Company.Tech.Email));
        await RefusedAsync("VALIDATION_ERROR", "email", () => Add(null, "no address"));
        await RefusedAsync("VALIDATION_ERROR", "full_name", () => Add(null, "x@y.test", name: " "));
        await RefusedAsync("VALIDATION_ERROR", "password", () => Add(null, "x@y.test", password: "short"));
        await RefusedAsync("NOT_FOUND", "account", () => Add("west", "x@y.test"));
        await RefusedAsync("NOT_FOUND", "email", () => UserAdministration.SetPasswordAsync(owner, "x@y.test", Password, app.Clock, Stop));
        await RefusedAsync("VALIDATION_ERROR", "password", () => UserAdministration.SetPasswordAsync(owner, app.Company.Tech.Email, "short", app.Clock, Stop));
        await app.CompanyAsync("south");
        await RefusedAsync("CONFLICT", "account", () => Add(null, "x@y.test"));

        var id = await Add("south", "x@y.test");
        Assert.Equal("south", await app.ValueAsync("select a.name from users u join accounts a on a.id = u.account_id where u.id = $1", id));
    }

    private static async Task RefusedAsync(string code, string field, Func<Task> use)
    {
        var refusal = await Assert.ThrowsAsync<RuleException>(use);
        Assert.Equal((code, field), (refusal.Code, refusal.Field));
    }
}
