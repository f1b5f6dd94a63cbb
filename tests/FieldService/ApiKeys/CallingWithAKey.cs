using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.ApiKeys;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.ApiKeys;

public sealed class CallingWithAKey(PostgresServer postgres)
{
    [Fact]
    public async Task Does_what_its_scopes_open_in_the_name_of_its_person_and_the_trail_says_so()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var admin = await app.SignedInAsync(app.Company.Admin);
        var (id, key) = await admin.KeyAsync("clients:write", "clients:read", "account:read");
        var program = app.With(key);

        var client = await (await program.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal("Ada", (string?)(await (await program.ReadAsync($"/api/v1/clients/{client["id"]}")).DataAsync())["name"]);
        Assert.Equal(app.Company.Admin.Email, (string?)(await (await program.ReadAsync("/api/v1/auth/me")).JsonAsync())["email"]);
        Assert.Equal($"{app.Company.Admin.Id} {id}", await app.ValueAsync("select actor_id || ' ' || api_key_id from audit_log where entity_id = $1", (Guid)client["id"]!));
        // What the same person does themselves is not the key's doing, on whichever pooled connection.
        var other = await (await admin.PostAsync("/api/v1/clients", new { name = "Bea" })).DataAsync(HttpStatusCode.Created);
        Assert.Equal(DBNull.Value, await app.ValueAsync("select api_key_id from audit_log where entity_id = $1", (Guid)other["id"]!));
    }

    [Fact]
    public async Task Needs_no_proof_that_it_comes_from_this_site_and_looks_at_no_cookie()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (_, key) = await (await app.SignedInAsync(app.Company.Admin)).KeyAsync("account:read", "clients:write");

        var both = app.With(key);
        both.DefaultRequestHeaders.Add("Cookie", owner.DefaultRequestHeaders.GetValues("Cookie").Single());
        both.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(app.Company.Admin.Email, (string?)(await (await both.ReadAsync("/api/v1/auth/me")).JsonAsync())["email"]);
        await (await both.PostAsync("/api/v1/clients", new { name = "Ada" })).DataAsync(HttpStatusCode.Created);
        await (await both.ReadAsync("/api/v1/users")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        // A wrong key is nobody, however good the cookie beside it.
        both.DefaultRequestHeaders.Authorization = new("Bearer", key[..^1] + (key[^1] == 'A' ? 'B' : 'A'));
        await (await both.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Ends_at_the_request_after_it_was_revoked()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (id, key) = await owner.KeyAsync("jobs:read");
        var program = app.With(key);
        await (await program.ReadAsync("/api/v1/jobs")).DataAsync();

        // Anybody of the office may end any key, twice if they like.
        var admin = await app.SignedInAsync(app.Company.Admin);
        var revoked = await (await admin.PostAsync($"/api/v1/api-keys/{id}/revocation", new { })).DataAsync();
        await (await admin.PostAsync($"/api/v1/api-keys/{id}/revocation", new { })).DataAsync();

        Assert.NotNull((string?)revoked["revoked_at"]);
        await (await program.ReadAsync("/api/v1/jobs")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_id = $1", id));
        await (await owner.PostAsync($"/api/v1/api-keys/{id}/rotation", new { })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Ends_when_it_expires()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var made = await (await owner.PostAsync("/api/v1/api-keys", new { name = "Short", scopes = new[] { "jobs:read" }, expires_at = app.Clock.GetUtcNow().AddHours(1) })).DataAsync(HttpStatusCode.Created);
        var program = app.With((string)made["key"]!);

        app.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await (await program.ReadAsync("/api/v1/jobs")).DataAsync();
        app.Clock.Advance(TimeSpan.FromMilliseconds(1));

        await (await program.ReadAsync("/api/v1/jobs")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await (await owner.PostAsync($"/api/v1/api-keys/{made["api_key"]!["id"]}/rotation", new { })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Goes_on_with_the_old_key_for_as_long_as_was_said_when_it_was_exchanged()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (id, first) = await owner.KeyAsync("jobs:read");

        var second = (string)(await (await owner.PostAsync($"/api/v1/api-keys/{id}/rotation", new { overlap_hours = 2 })).DataAsync())["key"]!;
        await WorksAsync(app, (first, true), (second, true));
        app.Clock.Advance(TimeSpan.FromHours(2));
        await WorksAsync(app, (first, false), (second, true));

        var third = (string)(await (await owner.PostAsync($"/api/v1/api-keys/{id}/rotation", new { overlap_hours = 2 })).DataAsync())["key"]!;
        var fourth = (string)(await (await owner.PostAsync($"/api/v1/api-keys/{id}/rotation", new { })).DataAsync())["key"]!;
        await WorksAsync(app, (second, false), (third, true), (fourth, true));
        var fifth = (string)(await (await owner.PostAsync($"/api/v1/api-keys/{id}/rotation", new { overlap_hours = 0 })).DataAsync())["key"]!;
        await WorksAsync(app, (third, false), (fourth, false), (fifth, true));

        // Whoever is given the new key acts in that person's name.
        var admin = await app.SignedInAsync(app.Company.Admin);
        await (await admin.PostAsync($"/api/v1/api-keys/{id}/rotation", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log where concat(old_value, new_value) ~ 'fsm_|hash|secret'"));
    }

    [Fact]
    public async Task May_at_every_moment_no_more_than_its_person()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (_, key) = await (await app.SignedInAsync(app.Company.Admin)).KeyAsync("clients:read", "jobs:read", "jobs:write");
        var program = app.With(key);
        var job = await app.JobAsync();
        await (await program.ReadAsync("/api/v1/clients")).DataAsync();
        await (await program.ReadAsync($"/api/v1/jobs/{job}")).DataAsync();

        await (await owner.PatchAsync($"/api/v1/users/{app.Company.Admin.Id}", new { role = "tech" })).DataAsync();
        await (await program.ReadAsync("/api/v1/clients")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await program.ReadAsync($"/api/v1/jobs/{job}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await program.PatchAsync($"/api/v1/jobs/{job}", new { title = "Taken" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        await (await owner.PostAsync($"/api/v1/users/{app.Company.Admin.Id}/deactivation", new { })).DataAsync();
        await (await program.ReadAsync("/api/v1/jobs")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Is_refused_from_an_address_it_was_not_made_for()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        async Task<HttpResponseMessage> FromHere(params string[] networks)
        {
            var made = await (await owner.PostAsync("/api/v1/api-keys", new { name = "Bound", scopes = new[] { "jobs:read" }, allowed_networks = networks })).DataAsync(HttpStatusCode.Created);
            return await app.With((string)made["key"]!).ReadAsync("/api/v1/jobs");
        }

        await (await FromHere("127.0.0.1")).DataAsync();
        await (await FromHere("203.0.113.0/24", "127.0.0.0/8")).DataAsync();
        await (await FromHere("::ffff:127.0.0.1")).DataAsync();
        await (await FromHere("203.0.113.0/24", "2001:db8::/32")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");

        foreach (var wrong in new[] { "here", "127.0.0.1/33", "fe80::1%1", "::ffff:10.0.0.0/104", "", "1.2.3.4/-1" })
        {
            var refused = await owner.PostAsync("/api/v1/api-keys", new { name = "Bound", scopes = new[] { "jobs:read" }, allowed_networks = new[] { wrong } });
            Assert.True(refused.StatusCode is HttpStatusCode.BadRequest, $"{wrong}: {(int)refused.StatusCode} {await refused.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)}");
        }
    }

    [Fact]
    public async Task Waits_when_it_calls_too_often_while_other_keys_go_on()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (_, busy) = await owner.KeyAsync("account:read");
        var (_, quiet) = await owner.KeyAsync("account:read");
        var program = app.With(busy);

        for (var call = 0; call < ApiKeyHolders.CallsPerMinute; call++)
        {
            Assert.Equal(HttpStatusCode.OK, (await program.ReadAsync("/api/v1/auth/me")).StatusCode);
        }

        var refused = await program.ReadAsync("/api/v1/auth/me");
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.Equal("60", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, (await app.With(quiet).ReadAsync("/api/v1/auth/me")).StatusCode);

        app.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.OK, (await program.ReadAsync("/api/v1/auth/me")).StatusCode);
    }

    [Fact]
    public async Task Is_noted_as_used_now_and_then_without_changing_the_key()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var (id, key) = await owner.KeyAsync("account:read");
        var program = app.With(key);

        async Task<string> Seen()
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => program.ReadAsync("/api/v1/auth/me")));
            var shown = await (await owner.ReadAsync($"/api/v1/api-keys/{id}")).DataAsync();
            return $"{shown["last_used_at"]} v{shown["version"]}";
        }

        Assert.Equal("2026-11-21T15:00:00.000Z v1", await Seen());
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("2026-11-21T15:00:00.000Z v1", await Seen());
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("2026-11-21T15:06:00.000Z v1", await Seen());
    }

    [Fact]
    public async Task Signs_in_to_no_page()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (_, key) = await (await app.SignedInAsync()).KeyAsync("jobs:read", "money:read");

        var answer = await app.With(key).ReadAsync("/app/jobs");

        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
        Assert.StartsWith("/login", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_politely_whatever_the_header_holds()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (id, key) = await (await app.SignedInAsync()).KeyAsync("account:read");
        string[] headers =
        [
            "Bearer", "Bearer ", "Bearer fsm_", "Bearer fsm_x", $"Bearer {key}x", $"Bearer {key[..^1]}", $"Bearer {key.ToUpperInvariant()}", $"Bearer {key},Bearer {key}", $"Bearer {key} {key}",
            $"Bearer fsm_{new string('0', 32)}_{new string('A', 43)}", $"Bearer fsm_{id:N}_{new string('%', 43)}", $"Bearer fsm_{id:N}_{new string('\'', 43)}", $"Bearer fsm_{new string('z', 32)}_{new string('A', 43)}",
            $"Bearer fsm_{id:N}-{new string('A', 43)}", "Bearer " + new string('a', 6000), "Bearer a.b.c", "Bearer ..", $"Basic {key}", key, $"Token {key}", "Bearer\tfsm_x", "\"Bearer\"", $"bearer fsm_{id:N}",
        ];

        foreach (var header in headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await app.Client().SendAsync(request, FieldServiceUnderTest.Stop);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"{header}: {(int)answer.StatusCode}");
        }

        // The same word in small letters is the same word.
        using var small = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        small.Headers.TryAddWithoutValidation("Authorization", $"bearer {key}");
        using var fine = await app.Client().SendAsync(small, FieldServiceUnderTest.Stop);
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
    }

    [Fact]
    public async Task Of_another_person_with_the_same_idempotency_key_is_another_request()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var invoice = await app.InvoiceAsync(client, null, "sent");
        var (_, one) = await (await app.SignedInAsync()).KeyAsync("money:write");
        var (_, other) = await (await app.SignedInAsync(app.Company.Admin)).KeyAsync("money:write");

        async Task<JsonNode> Pay(string key) => await (await app.With(key).PostAsync($"/api/v1/invoices/{invoice}/payments", new { amount_cents = 10, method = "cash" }, "retry-1")).DataAsync(HttpStatusCode.Created);

        Assert.Equal((string?)(await Pay(one))["payment_id"], (string?)(await Pay(one))["payment_id"]);
        Assert.NotEqual((string?)(await Pay(one))["payment_id"], (string?)(await Pay(other))["payment_id"]);
        Assert.Equal(2L, await app.ValueAsync("select count(*) from payments"));
    }

    private static async Task WorksAsync(FieldServiceUnderTest app, params (string Key, bool Works)[] keys)
    {
        foreach (var (key, works) in keys)
        {
            Assert.Equal(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await app.With(key).ReadAsync("/api/v1/jobs")).StatusCode);
        }
    }
}
