using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class ManagingUsers(PostgresServer postgres)
{
    private const string Path = "/api/v1/users";
    private const string NewPassword = "another horse battery";

    [Fact]
    public async Task Somebody_new_can_sign_in_and_their_hash_is_nowhere_to_be_seen()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);

        var answer = await office.PostAsync(Path, new { email = " New@North.test ", full_name = "New Tech", role = "tech", phone = "555", password = FieldServiceUnderTest.Password });

        var user = await answer.DataAsync(HttpStatusCode.Created);
        Assert.Equal("new@north.test|New Tech|tech|555", $"{user["email"]}|{user["full_name"]}|{user["role"]}|{user["phone"]}");
        var audited = (string)(await app.ValueAsync("select new_value::text from audit_log where entity_type = 'user' and action = 'insert'"))!;
        Assert.All([user.ToJsonString(), audited], text => Assert.DoesNotContain("argon", text, StringComparison.Ordinal));
        Assert.All([user.ToJsonString(), audited], text => Assert.DoesNotContain("password", text, StringComparison.Ordinal));
        await app.SignedInAsync(new((Guid)user["id"]!, "new@north.test"));
        Assert.Equal("New Tech", (string?)(await (await office.ReadAsync($"{Path}/{user["id"]}")).DataAsync())["full_name"]);
    }

    [Fact]
    public async Task An_e_mail_that_somebody_has_is_refused_alike_whichever_company_they_are_of()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (office, south) = (await app.SignedInAsync(), await app.CompanyAsync("south"));
        object User(string email) => new { email, full_name = "X", role = "tech", password = NewPassword };

        var here = await (await office.PostAsync(Path, User(app.Company.Tech.Email.ToUpperInvariant()))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var there = await (await office.PostAsync(Path, User(south.Tech.Email))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Equal((string?)here["message"], (string?)there["message"]);
        Assert.Equal(6L, await app.ValueAsync("select count(*) from users"));
    }

    [Fact]
    public async Task What_is_no_user_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        foreach (var body in new[]
        {
            """{}""",
            """{"email":"x@y.test","full_name":"X","role":"tech"}""",
            """{"email":"x@y.test","full_name":"X","role":"tech","password":"seven77"}""",
            """{"email":"x@y.test","full_name":"X","role":"boss","password":"long enough"}""",
            """{"email":"x@y.test","full_name":"X","password":"long enough"}""",
            """{"email":"no address","full_name":"X","role":"tech","password":"long enough"}""",
            """{"email":"x@y.test","full_name":" ","role":"tech","password":"long enough"}""",
            """{"email":"x@y.test","full_name":"X\u0000","role":"tech","password":"long enough"}""",
            $$"""{"email":"x@y.test","full_name":"{{new string('n', 300)}}","role":"tech","password":"long enough"}""",
        })
        {
            var answer = await office.PostAsync(Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        // Its small letter is not the one that the database would make of it.
        var odd = await office.PostAsync(Path, new { email = "\u0130@y.test", full_name = "X", role = "tech", password = NewPassword });
        Assert.True(odd.StatusCode is HttpStatusCode.Created or HttpStatusCode.BadRequest, odd.StatusCode.ToString());
    }

    [Fact]
    public async Task A_list_is_by_name_and_takes_filters()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);
        await app.SqlAsync("update users set deactivated_at = now() where id = $1", app.Company.Tech.Id);

        foreach (var (query, roles) in new[]
        {
            ("", "admin,owner,tech"), ("?sort=email&order=desc", "tech,owner,admin"), ("?status=active", "admin,owner"), ("?status=deactivated", "tech"), ("?role=owner", "owner"),
            ("?q=ADMIN@", "admin"), ("?q=%25", ""), ("?limit=1&page=2", "owner"),
        })
        {
            var rows = (await (await office.ReadAsync(Path + query)).DataAsync()).AsArray();
            Assert.Equal($"{query}: {roles}", $"{query}: {string.Join(',', rows.Select((JsonNode? row) => (string)row!["role"]!))}");
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await office.ReadAsync($"{Path}?role=boss")).StatusCode);
    }

    [Fact]
    public async Task A_new_role_holds_from_the_next_request_on()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));

        await (await owner.PatchAsync($"{Path}/{app.Company.Admin.Id}", new { role = "tech", full_name = "Once admin" })).DataAsync();

        await (await admin.ReadAsync(Path)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("admin > tech", await app.ValueAsync("select (old_value ->> 'role') || ' > ' || (new_value ->> 'role') from audit_log where entity_type = 'user'"));
    }

    [Fact]
    public async Task A_new_password_ends_the_sessions_of_the_old_one()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (admin, technician) = (await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));

        await (await admin.PatchAsync($"{Path}/{app.Company.Tech.Id}", new { password = NewPassword })).DataAsync();

        await (await technician.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = FieldServiceUnderTest.Password }))
            .RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        Assert.Equal(HttpStatusCode.OK, (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = NewPassword })).StatusCode);
        Assert.Equal("""{"password_changed": true}""", await app.ValueAsync("select new_value::text from audit_log where entity_type = 'user'"));
        Assert.Equal(HttpStatusCode.OK, (await admin.ReadAsync("/api/v1/auth/me")).StatusCode);
    }

    [Fact]
    public async Task Ones_own_password_is_not_changed_without_the_current_one()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var admin = await app.SignedInAsync(app.Company.Admin);

        await (await admin.PatchAsync($"{Path}/{app.Company.Admin.Id}", new { password = NewPassword })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PatchAsync($"{Path}/{app.Company.Tech.Id}", new { password = "short" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PatchAsync($"{Path}/{app.Company.Tech.Id}", new { role = (string?)null })).StatusCode);
    }

    [Fact]
    public async Task Whoever_leaves_is_out_at_once_and_may_come_back()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (admin, technician) = (await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));
        var deactivation = $"{Path}/{app.Company.Tech.Id}/deactivation";

        Assert.Equal("2026-11-21T15:00:00.000Z", (string?)(await (await admin.PostAsync(deactivation, new { })).DataAsync())["deactivated_at"]);
        await (await admin.PostAsync(deactivation, new { })).DataAsync();

        await (await technician.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from sessions where revoked_at is not null"));
        await (await app.Client().PostAsync("/api/v1/auth/login", new { email = app.Company.Tech.Email, password = FieldServiceUnderTest.Password }))
            .RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");

        Assert.Null((await (await admin.DeleteAsync(deactivation, FieldServiceUnderTest.Stop)).DataAsync())["deactivated_at"]);
        await (await technician.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await app.SignedInAsync(app.Company.Tech);
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'user'"));
    }

    [Fact]
    public async Task Only_an_owner_makes_or_touches_an_owner()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var admin = await app.SignedInAsync(app.Company.Admin);
        var (owner, technician) = ($"{Path}/{app.Company.Owner.Id}", $"{Path}/{app.Company.Tech.Id}");

        await (await admin.PostAsync(Path, new { email = "x@y.test", full_name = "X", role = "owner", password = NewPassword })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PatchAsync(technician, new { role = "owner" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PatchAsync($"{Path}/{app.Company.Admin.Id}", new { role = "owner" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PatchAsync(owner, new { full_name = "Mine" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PatchAsync(owner, new { password = NewPassword })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PostAsync($"{owner}/deactivation", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.DeleteAsync($"{owner}/deactivation", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        Assert.Equal("owner of north", await app.ValueAsync("select string_agg(full_name, ',') from users where role = 'owner' and deactivated_at is null"));
        Assert.Equal("owner", (string?)(await (await (await app.SignedInAsync()).PatchAsync(technician, new { role = "owner" })).DataAsync())["role"]);
    }

    [Fact]
    public async Task The_last_active_owner_stays_one()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, id) = (await app.SignedInAsync(), app.Company.Owner.Id);
        var gone = (await (await owner.PostAsync(Path, new { email = "x@y.test", full_name = "X", role = "owner", password = NewPassword })).DataAsync(HttpStatusCode.Created))["id"];
        await (await owner.PostAsync($"{Path}/{gone}/deactivation", new { })).DataAsync();

        await (await owner.PatchAsync($"{Path}/{id}", new { role = "admin" })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await owner.PostAsync($"{Path}/{id}/deactivation", new { })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        await (await owner.DeleteAsync($"{Path}/{gone}/deactivation", FieldServiceUnderTest.Stop)).DataAsync();
        await (await owner.PatchAsync($"{Path}/{id}", new { role = "admin" })).DataAsync();
        await (await owner.PatchAsync($"{Path}/{gone}", new { role = "tech" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Theory]
    [InlineData("demote", "demote")]
    [InlineData("demote", "deactivate")]
    [InlineData("deactivate", "deactivate")]
    public async Task Two_owners_who_take_away_each_other_at_once_leave_one(string first, string second)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("update users set role = 'owner' where id = $1", app.Company.Admin.Id);
        var (one, other) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));
        static Task<HttpResponseMessage> TakeAway(HttpClient client, Person person, string how) =>
            how is "demote" ? client.PatchAsync($"{Path}/{person.Id}", new { role = "tech" }) : client.PostAsync($"{Path}/{person.Id}/deactivation", new { });

        var answers = await app.AtOnceAsync("users", app.Company.Owner.Id,
            () => TakeAway(one, app.Company.Admin, first), () => TakeAway(other, app.Company.Owner, second));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        await Assert.Single(answers, answer => answer.StatusCode is not HttpStatusCode.OK).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from users where role = 'owner' and deactivated_at is null"));
    }
}
