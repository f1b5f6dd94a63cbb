using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.ApiKeys;

public sealed class MakingAKey(PostgresServer postgres)
{
    [Fact]
    public async Task Shows_it_once_and_keeps_only_a_hash()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var (id, key) = await owner.KeyAsync("clients:read", "jobs:read", "jobs:read");

        Assert.Matches($"^fsm_{id:N}_[A-Za-z0-9_-]{{43}}$", key);
        var secret = key[37..];
        foreach (var path in new[] { $"/api/v1/api-keys/{id}", "/api/v1/api-keys" })
        {
            Assert.DoesNotContain(secret, await (await owner.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop), StringComparison.Ordinal);
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from api_keys k where k::text like '%' || $1 || '%'", secret));
        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log l where l::text like '%' || $1 || '%'", secret));
        var shown = await (await owner.ReadAsync($"/api/v1/api-keys/{id}")).DataAsync();
        Assert.Equal(["clients:read", "jobs:read"], shown["scopes"]!.AsArray().Select(scope => (string)scope!));
        Assert.Equal(app.Company.Owner.Id, (Guid)shown["user_id"]!);
    }

    [Fact]
    public async Task Is_for_the_office_and_gives_nothing_that_its_maker_has_not()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin, tech) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));

        await (await tech.PostAsync("/api/v1/api-keys", new { name = "Mine", scopes = new[] { "jobs:read" } })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await admin.PostAsync("/api/v1/api-keys", new { name = "More", scopes = new[] { "jobs:read", "money:delete" } })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(0L, await app.ValueAsync("select count(*) from api_keys"));
        await owner.KeyAsync("money:delete", "jobs:delete");
    }

    [Fact]
    public async Task Cannot_be_done_with_a_key()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (id, key) = await owner.KeyAsync([.. FieldService.Web.Scopes.All]);
        var program = app.With(key);

        foreach (var (method, path, body) in new (HttpMethod, string, object)[]
        {
            (HttpMethod.Get, "/api/v1/api-keys", new { }), (HttpMethod.Post, "/api/v1/api-keys", new { name = "Child", scopes = new[] { "jobs:read" } }),
            (HttpMethod.Post, $"/api/v1/api-keys/{id}/rotation", new { }), (HttpMethod.Post, $"/api/v1/api-keys/{id}/revocation", new { }),
            (HttpMethod.Post, "/api/v1/auth/password", new { current_password = FieldServiceUnderTest.Password, new_password = "another password" }),
            (HttpMethod.Patch, $"/api/v1/users/{app.Company.Tech.Id}", new { password = "another password" }),
            (HttpMethod.Post, "/api/v1/users", new { email = "x@north.test", full_name = "X", role = "tech", password = "some password" }),
        })
        {
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Get ? null : System.Net.Http.Json.JsonContent.Create(body) };
            await (await program.SendAsync(request, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        }
    }

    [Theory]
    [InlineData("""{"scopes":["jobs:read"]}""", "name")]
    [InlineData("""{"name":"x"}""", "scopes")]
    [InlineData("""{"name":"x","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["jobs:everything"]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"x","scopes":["jobs:read"],"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"x","scopes":["jobs:read"],"allowed_networks":[]}""", "allowed_networks")]
    [InlineData("""{"name":"x","scopes":["jobs:read"],"allowed_networks":[null]}""", "allowed_networks")]
    public async Task Names_what_is_wrong_with_the_request(string body, string field)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var answer = await owner.PostAsync(new Uri("/api/v1/api-keys", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);

        var error = await answer.RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(field, (string?)error["details"]!["issues"]![0]!["path"]);
    }

    [Fact]
    public async Task Stops_at_fifty_that_work_even_when_many_are_asked_for_at_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        for (var made = 0; made < 48; made++) await owner.KeyAsync("jobs:read");

        var answers = await app.AtOnceAsync("users", app.Company.Owner.Id,
            [.. Enumerable.Repeat(() => owner.PostAsync("/api/v1/api-keys", new { name = "Late", scopes = new[] { "jobs:read" } }), 6)]);

        Assert.Equal(2, answers.Count(answer => answer.StatusCode is HttpStatusCode.Created));
        Assert.Equal(4, answers.Count(answer => answer.StatusCode is HttpStatusCode.Conflict));
        Assert.Equal(50L, await app.ValueAsync("select count(*) from api_keys"));
    }

    [Fact]
    public async Task Is_seen_by_the_whole_office_in_a_list_that_can_be_narrowed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin));
        var (ours, _) = await owner.KeyAsync("jobs:read");
        var (theirs, _) = await admin.KeyAsync("jobs:read");
        await (await owner.PatchAsync($"/api/v1/api-keys/{theirs}", new { name = "Book-keeping" })).DataAsync();
        await (await owner.PostAsync($"/api/v1/api-keys/{ours}/revocation", new { })).DataAsync();

        async Task<Guid[]> List(string query) => [.. (await (await admin.ReadAsync($"/api/v1/api-keys?{query}")).DataAsync()).AsArray().Select(key => (Guid)key!["id"]!)];

        Assert.Equal([ours, theirs], await List("sort=name"));
        Assert.Equal([theirs], await List("status=active"));
        Assert.Equal([ours], await List("status=revoked"));
        Assert.Empty(await List("status=expired"));
        Assert.Equal([ours], await List($"user_id={app.Company.Owner.Id}"));
        Assert.Equal([theirs], await List("q=book"));
        Assert.Equal(2, (await List("sort=last_used_at&order=asc")).Length);
        await (await admin.ReadAsync("/api/v1/api-keys?sort=secret_hash")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await admin.ReadAsync("/api/v1/api-keys?status=dead")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }
}
