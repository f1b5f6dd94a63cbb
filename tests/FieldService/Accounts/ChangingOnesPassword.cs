using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class ChangingOnesPassword(PostgresServer postgres)
{
    private const string Path = "/api/v1/auth/password";
    private static readonly object Change = new { current_password = FieldServiceUnderTest.Password, new_password = " another horse battery " };

    [Fact]
    public async Task The_session_goes_on_and_all_others_end()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (here, elsewhere, colleague) = (await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync(app.Company.Tech), await app.SignedInAsync());

        Assert.Equal(HttpStatusCode.OK, (await here.PostAsync(Path, Change)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await here.ReadAsync("/api/v1/auth/me")).StatusCode);
        await (await elsewhere.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(HttpStatusCode.OK, (await colleague.ReadAsync("/api/v1/auth/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = " another horse battery " })).StatusCode);
        await (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = FieldServiceUnderTest.Password }))
            .RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        Assert.Equal("""{"password_changed": true}""", await app.ValueAsync("select new_value::text from audit_log where actor_id = $1 and entity_type = 'user'", app.Company.Tech.Id));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'user'"));
    }

    [Fact]
    public async Task Guessing_the_current_one_is_slowed_down_like_signing_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);

        for (var i = 0; i < 5; i++)
        {
            await (await technician.PostAsync(Path, new { current_password = "wrong password", new_password = "another horse battery" })).RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await technician.PostAsync(Path, Change)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = FieldServiceUnderTest.Password })).StatusCode);
        app.Clock.Advance(TimeSpan.FromSeconds(901));
        Assert.Equal(HttpStatusCode.OK, (await technician.PostAsync(Path, Change)).StatusCode);
    }

    [Fact]
    public async Task A_new_password_that_is_too_short_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);

        Assert.Equal(HttpStatusCode.BadRequest, (await technician.PostAsync(Path, new { current_password = FieldServiceUnderTest.Password, new_password = "seven77" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await technician.PostAsync(Path, new { new_password = "long enough" })).StatusCode);
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_is_told_of_the_other()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);

        var answers = await app.AtOnceAsync("users", app.Company.Tech.Id, () => technician.PostAsync(Path, Change), () => technician.PostAsync(Path, Change));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        await Assert.Single(answers, answer => answer.StatusCode is not HttpStatusCode.OK).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }
}
