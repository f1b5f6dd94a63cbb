using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class SigningIn(PostgresServer postgres)
{
    [Fact]
    public async Task The_right_password_opens_a_session_that_says_who_it_is()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await app.Client().PostAsync("/api/v1/auth/login", new { email = "Owner@North.test ", password = FieldServiceUnderTest.Password });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("owner", (string?)(await answer.JsonAsync())["user"]!["role"]);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("session=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("; secure", cookie, StringComparison.OrdinalIgnoreCase);

        var client = app.Client();
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(app.Company.Owner.Email, (string?)(await (await client.ReadAsync("/api/v1/auth/me")).JsonAsync())["email"]);
    }

    [Theory]
    [InlineData("owner@north.test", "wrong password")]
    [InlineData("nobody@north.test", "wrong password")]
    public async Task A_wrong_password_and_an_unknown_e_mail_read_the_same(string email, string password)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var error = await (await app.Client().PostAsync("/api/v1/auth/login", new { email, password })).RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");

        Assert.Equal("E-mail or password is wrong.", (string?)error["message"]);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from sessions"));
    }

    [Fact]
    public async Task The_sixth_attempt_has_to_wait_even_when_they_all_come_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = app.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = "wrong password" })));

        Assert.Equal(5, answers.Count(a => a.StatusCode is HttpStatusCode.Unauthorized));
        var limited = answers.Where(a => a.StatusCode is HttpStatusCode.TooManyRequests).ToList();
        Assert.Equal(7, limited.Count);
        Assert.All(limited, a => Assert.Equal(900, a.Headers.RetryAfter!.Delta!.Value.TotalSeconds));

        app.Clock.Advance(TimeSpan.FromSeconds(901));
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = FieldServiceUnderTest.Password })).StatusCode);
    }

    [Fact]
    public async Task Signing_in_rightly_many_times_is_no_guessing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        for (var i = 0; i < 8; i++) await app.SignedInAsync();

        Assert.Equal(0L, await app.ValueAsync("select count(*) from login_attempts"));
    }

    [Fact]
    public async Task A_session_that_was_ended_is_worth_nothing_to_whoever_kept_the_cookie()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/api/v1/auth/logout", new { })).StatusCode);

        await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Theory]
    [InlineData("update users set deactivated_at = now()")]
    [InlineData("delete from sessions")]
    [InlineData("update sessions set revoked_at = now()")]
    public async Task What_ends_a_session_takes_effect_at_the_next_request(string sql)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();

        await app.SqlAsync(sql);

        await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_session_ends_after_seven_days()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();

        app.Clock.Advance(TimeSpan.FromDays(7));

        await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Another_sites_form_cannot_act_with_the_cookie()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();
        client.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");

        await (await client.PostAsync("/api/v1/auth/logout", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        Assert.Equal(0L, await app.ValueAsync("select count(*) from sessions where revoked_at is not null"));
    }
}
