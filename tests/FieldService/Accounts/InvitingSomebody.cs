using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class InvitingSomebody(PostgresServer postgres)
{
    private const string Path = "/api/v1/users/invitations";
    private const string Accept = "/api/v1/auth/invitation";
    private const string Chosen = "a password of my own";

    [Fact]
    public async Task They_choose_a_password_once_and_are_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);
        var (id, token) = await InviteAsync(office, "New@North.test");

        await (await app.Client().PostAsync(Accept, new { token, full_name = "Nina Nord", password = Chosen })).DataAsync();

        var answer = await (await app.Client().PostAsync("/api/v1/auth/login", new { email = "new@north.test", password = Chosen })).JsonAsync();
        Assert.Equal(("Nina Nord", "tech"), ((string)answer["user"]!["full_name"]!, (string)answer["user"]!["role"]!));
        await (await app.Client().PostAsync(Accept, new { token, password = "another password" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        var rows = (await (await office.ReadAsync($"{Path}?status=accepted")).DataAsync()).AsArray();
        Assert.Equal(id, (Guid)Assert.Single(rows)!["id"]!);
        var kept = (string)(await app.ValueAsync("select string_agg(audit_log::text, '') || (select string_agg(i::text, '') from invitations i) from audit_log"))!;
        Assert.DoesNotContain(token, kept, StringComparison.Ordinal);
        Assert.Equal("insert,update", await app.ValueAsync("select string_agg(action, ',' order by action) from audit_log where entity_id = $1", id));
    }

    [Fact]
    public async Task Of_three_who_use_the_link_at_once_one_comes_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, token) = await InviteAsync(await app.SignedInAsync());
        var client = app.Client();

        var answers = await app.AtOnceAsync("invitations", id, [.. Enumerable.Range(0, 3).Select(_ => (Func<Task<HttpResponseMessage>>)(() => client.PostAsync(Accept, new { token, password = Chosen })))]);

        Assert.Equal(1, answers.Count(a => a.StatusCode is HttpStatusCode.OK));
        Assert.Equal(2, answers.Count(a => a.StatusCode is HttpStatusCode.NotFound));
        Assert.Equal(4L, await app.ValueAsync("select count(*) from users"));
    }

    [Fact]
    public async Task A_link_that_is_old_revoked_replaced_or_from_somebody_who_left_works_no_longer()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));
        var (revoked, revokedToken) = await InviteAsync(owner, "revoked@north.test");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"{Path}/{revoked}", FieldServiceUnderTest.Stop)).StatusCode);
        var (resent, resentToken) = await InviteAsync(owner, "resent@north.test");
        var newToken = TokenOf(await (await owner.PostAsync($"{Path}/{resent}/resend", new { })).DataAsync());
        var (_, leftToken) = await InviteAsync(admin, "left@north.test");
        await owner.PostAsync($"/api/v1/users/{app.Company.Admin.Id}/deactivation", new { });
        var (_, oldToken) = await InviteAsync(owner, "old@north.test");

        foreach (var token in new[] { revokedToken, resentToken, leftToken, "unknown" })
        {
            await (await app.Client().PostAsync(Accept, new { token, password = Chosen })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        await (await app.Client().PostAsync(Accept, new { token = newToken, password = Chosen })).DataAsync();
        app.Clock.Advance(TimeSpan.FromDays(8));
        await (await app.Client().PostAsync(Accept, new { token = oldToken, password = Chosen })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(4L, await app.ValueAsync("select count(*) from users"));
    }

    [Fact]
    public async Task A_lost_password_is_chosen_anew_and_ends_the_sessions_of_the_old_one()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, tech) = (await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));
        var first = TokenOf(await (await office.PostAsync($"/api/v1/users/{app.Company.Tech.Id}/password-reset", new { })).DataAsync(HttpStatusCode.Created));
        var second = TokenOf(await (await office.PostAsync($"/api/v1/users/{app.Company.Tech.Id}/password-reset", new { })).DataAsync(HttpStatusCode.Created));

        await (await app.Client().PostAsync(Accept, new { token = first, password = Chosen })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await app.Client().PostAsync(Accept, new { token = second, password = Chosen })).DataAsync();

        await (await tech.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(HttpStatusCode.OK, (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = Chosen })).StatusCode);
        Assert.Equal("tech of north", await app.ValueAsync("select full_name from users where id = $1", app.Company.Tech.Id));
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));
        object Of(string email, string role = "tech") => new { email, full_name = "X", role };

        await (await admin.PostAsync(Path, Of("boss@north.test", "owner"))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PostAsync($"/api/v1/users/{app.Company.Owner.Id}/password-reset", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PostAsync(Path, Of(app.Company.Tech.Email))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var (id, _) = await InviteAsync(owner, "boss@north.test", "owner");
        await (await admin.PostAsync(Path, Of("BOSS@north.test"))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await admin.PostAsync($"{Path}/{id}/resend", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PostAsync(Path, Of("no address"))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await admin.PostAsync(Path, Of("a@north.test", "boss"))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from invitations"));
    }

    [Fact]
    public async Task Guessing_is_slowed_down()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var stranger = app.Client();
        for (var i = 0; i < 5; i++) await (await stranger.PostAsync(Accept, new { token = "guess", password = Chosen })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        await (await stranger.PostAsync(Accept, new { token = "guess", password = Chosen })).RefusedAsync(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
    }

    [Fact]
    public async Task The_link_leads_to_a_page_that_does_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (_, token) = await InviteAsync(await app.SignedInAsync());
        var browser = app.Client();

        var page = await (await browser.ReadAsync($"/welcome?token={token}")).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        var answer = await browser.PostAsync("/welcome", new FormUrlEncodedContent([new("token", token), new("name", "Nina"), new("password", Chosen)]), FieldServiceUnderTest.Stop);

        Assert.Contains("Welcome to north", page, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.SeeOther, "/login"), (answer.StatusCode, answer.Headers.Location!.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.ReadAsync($"/welcome?token={token}x")).StatusCode);
        Assert.Equal("Nina", await app.ValueAsync("select full_name from users where email = 'guest@north.test'"));
    }

    private static async Task<(Guid Id, string Token)> InviteAsync(HttpClient office, string email = "guest@north.test", string role = "tech")
    {
        var data = await (await office.PostAsync(Path, new { email, full_name = "A guest", role })).DataAsync(HttpStatusCode.Created);
        return ((Guid)data["invitation"]!["id"]!, TokenOf(data));
    }

    private static string TokenOf(JsonNode data) => ((string)data["link"]!).Split("token=")[1];
}
