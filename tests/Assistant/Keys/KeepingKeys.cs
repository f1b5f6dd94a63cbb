using System.Net;
using System.Net.Http.Json;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Keys;

public sealed class KeepingKeys(PostgresServer postgres)
{
    private static readonly object Hello = new { model = "second", messages = new[] { new { role = "user", content = "Hello" } }, max_tokens = 1000 };

    [Fact]
    public async Task A_key_is_shown_once_kept_as_a_hash_and_held_to_its_own_limits()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var admin = await test.ProgramAsync("admin");

        var made = await (await admin.SendAsync("/api/keys", new { name = "bot", scopes = new[] { "gateway" }, limits = new { per_hour = 0.015 }, calls_per_minute = 3 })).JsonAsync(HttpStatusCode.Created);
        var (id, text) = ((string?)made["api_key"]!["id"], (string)made["key"]!);
        using var bot = test.WithKey(text);

        await (await bot.SendAsync("/v1/chat/completions", Hello)).JsonAsync();
        await test.SettledAsync();
        Assert.Equal("insufficient_quota", (string?)(await (await bot.SendAsync("/v1/chat/completions", new { model = "second", messages = new[] { new { role = "user", content = "Hello" } }, max_tokens = 2000 })).JsonAsync(HttpStatusCode.PaymentRequired))["error"]!["type"]);
        await (await bot.ReadAsync("/v1/models")).JsonAsync();
        var tooMany = await bot.ReadAsync("/v1/models");
        Assert.Equal(HttpStatusCode.TooManyRequests, tooMany.StatusCode);
        Assert.InRange(tooMany.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.DoesNotContain(text[^43..], await (await admin.ReadAsync("/api/keys")).Content.ReadAsStringAsync(AssistantUnderTest.Stop), StringComparison.Ordinal);
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from api_keys where encode(secret_hash, 'escape') like '%' || $1 || '%' or name like '%' || $1 || '%'", text[^43..]));
        Assert.NotNull(id);
    }

    [Fact]
    public async Task A_rotated_key_goes_on_for_a_while_and_a_revoked_one_ends_at_once()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var admin = await test.ProgramAsync("admin");
        var (id, old) = await test.KeyAsync(["gateway"]);
        using var before = test.WithKey(old);
        await (await before.ReadAsync("/v1/models")).JsonAsync();

        var rotated = await (await admin.SendAsync($"/api/keys/{id}/rotation", new { overlap_minutes = 10 })).JsonAsync();
        using var after = test.WithKey((string)rotated["key"]!);

        await (await after.ReadAsync("/v1/models")).JsonAsync();
        await (await before.ReadAsync("/v1/models")).JsonAsync();
        test.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Unauthorized, (await before.ReadAsync("/v1/models")).StatusCode);
        await (await after.ReadAsync("/v1/models")).JsonAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/keys/{id}", AssistantUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await after.ReadAsync("/v1/models")).StatusCode);
    }

    [Fact]
    public async Task Bad_wishes_are_told()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var admin = await test.ProgramAsync("admin");

        await (await admin.SendAsync("/api/keys", new { name = "x", scopes = new[] { "world" } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await admin.SendAsync("/api/keys", new { name = "x", scopes = new[] { "chat" }, limits = new { per_day = -1 } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await admin.SendAsync("/api/keys", new { name = "x", scopes = new[] { "chat" }, expires_at = "2020-01-01T00:00:00Z" })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await admin.SendAsync($"/api/keys/{Guid.NewGuid()}/rotation", new { })).RefusedAsync(HttpStatusCode.NotFound, "KEY_NOT_FOUND");
    }

    [Fact]
    public async Task A_person_signs_in_uses_the_token_and_signs_out()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        await new Outpost.Assistant.People.PeopleAdministration().AddAsync(test.Settings, new(null, "Ada@example.com", "Ada", "member", "correct horse"), AssistantUnderTest.Stop);
        using var client = test.Stranger();

        await (await client.SendAsync("/api/auth/login", new { email = "ada@example.com", password = "wrong horse" })).RefusedAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS");
        var signedIn = await (await client.SendAsync("/api/auth/login", new { email = "ada@example.com", password = "correct horse" })).JsonAsync();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)signedIn["token"]!);

        await (await client.SendAsync("/api/chat", Hello)).JsonAsync();
        await (await client.ReadAsync("/api/keys")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/api/auth/logout", null, AssistantUnderTest.Stop)).StatusCode);
        await (await client.ReadAsync("/api/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }
}
