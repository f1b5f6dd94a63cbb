using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Outpost.Kernel;
using Outpost.Operator.Commands;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

/// <summary><c>outpost user …</c> as the operator types it, on a database with people in it.</summary>
public sealed class UsersByCommand(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Somebody_who_is_added_signs_in_with_the_password_that_is_shown_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var (code, output, talk) = await RunAsync(app, "user", "add", "Nina@North.test", "--name", "Nina Nord", "--role", "admin");

        Assert.Equal(0, code);
        Assert.Contains("may sign in as admin", talk, StringComparison.Ordinal);
        var password = output.Split(':', 2)[1].Trim();
        var answer = await app.Client().PostAsync("/api/v1/auth/login", new { email = "nina@north.test", password });
        Assert.Equal("admin", (string?)(await answer.JsonAsync())["user"]!["role"]);
        Assert.DoesNotContain(password, (string)(await app.ValueAsync("select string_agg(audit_log::text, '') from audit_log"))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_password_ends_the_sessions_of_the_old_one()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync(app.Company.Tech);

        var (code, output, _) = await RunAsync(app, "user", "password", app.Company.Tech.Email);

        Assert.Equal(0, code);
        await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        var again = await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = output.Split(':', 2)[1].Trim() });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task The_list_says_who_may_sign_in_and_no_hash()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var (code, output, _) = await RunAsync(app, "user", "list", "--json");

        Assert.Equal(0, code);
        Assert.Equal(["admin@north.test", "owner@north.test", "tech@north.test"], JsonNode.Parse(output)!.AsArray().Select(u => (string)u!["email"]!).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("argon2", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONFLICT", "user", "add", "owner@north.test", "--name", "Again")]
    [InlineData("VALIDATION_ERROR", "user", "add", "new@north.test", "--name", "New", "--role", "boss")]
    [InlineData("NOT_FOUND", "user", "add", "new@north.test", "--name", "New", "--account", "nowhere")]
    [InlineData("NOT_FOUND", "user", "password", "nobody@north.test")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(string refusal, params string[] words)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var refused = await Assert.ThrowsAsync<RuleException>(() => RunAsync(app, words));

        Assert.Equal(refusal, refused.Code);
        Assert.Equal(3L, await app.ValueAsync("select count(*) from users"));
    }

    private static async Task<(int Code, string Output, string Talk)> RunAsync(FieldServiceUnderTest app, params string[] words)
    {
        var root = new RootCommand { UserCommands.Create([FieldServiceRole.Subsystem], () => app.Database.Settings) };
        using var output = new StringWriter();
        using var talk = new StringWriter();
        var code = await root.Parse(words).InvokeAsync(new InvocationConfiguration { Output = output, Error = talk, EnableDefaultExceptionHandler = false }, Stop);
        return (code, output.ToString(), talk.ToString());
    }
}
