using System.Net;
using System.Text.Json.Nodes;
using Outpost.Platform.Secrets;
using Outpost.Testing;

namespace Outpost.Aicq.Tests.Agents;

public sealed class Registering(PostgresServer postgres, RedisServer redis)
{
    private static string NewKey() => Convert.ToBase64String(Ed25519Key.Generate().PublicKey);

    [Fact]
    public async Task An_agent_is_made_and_shown_to_everybody()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var key = NewKey();

        var answer = await hub.Client().PostJsonAsync("/register", $$"""{"PUBLIC_KEY":"{{key}}","name":"  Ada\u0007 <b>  ","email":"ada@example.com","unknown":[1]} trailing""");

        var made = await answer.JsonAsync(HttpStatusCode.Created);
        Assert.Equal($"/who/{made["id"]}", (string?)made["profile_url"]);
        var body = await (await hub.Client().ReadAsync((string)made["profile_url"]!)).Content.ReadAsStringAsync(HubUnderTest.Stop);
        Assert.Equal($$"""{"id":"{{made["id"]}}","name":"Ada \u003cb\u003e","public_key":"{{key.Replace("\"", "", StringComparison.Ordinal)}}","joined_at":"2026-11-21T15:00:00Z"}""" + "\n", body);
    }

    [Fact]
    public async Task An_address_is_shown_only_by_who_says_so()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        var made = await (await hub.Client().PostJsonAsync("/register", $$"""{"public_key":"{{NewKey()}}","email":"ada@example.com","email_public":true}""")).JsonAsync(HttpStatusCode.Created);

        Assert.Equal("ada@example.com", (string?)(await (await hub.Client().ReadAsync($"/who/{made["id"]}")).JsonAsync())["email"]);
    }

    [Theory]
    [InlineData("own", "true", HttpStatusCode.Created, null)]
    [InlineData("own", "false", HttpStatusCode.Created, null)]
    [InlineData("", "false", HttpStatusCode.Created, null)]
    [InlineData("", "true", HttpStatusCode.BadRequest, "proof is required")]
    [InlineData("another's", "false", HttpStatusCode.BadRequest, "invalid proof: must be the base64-encoded signature of aicq-register-v1, a line feed and public_key")]
    [InlineData("!!", "true", HttpStatusCode.BadRequest, "invalid proof: must be the base64-encoded signature of aicq-register-v1, a line feed and public_key")]
    public async Task Who_proves_to_hold_the_key_is_believed_and_a_hub_may_insist_on_it(string proof, string insists, HttpStatusCode status, string? sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis, ("AICQ_REQUIRE_PROOF", insists));
        using var key = Ed25519Key.Generate();
        using var other = Ed25519Key.Generate();
        var text = System.Text.Encoding.ASCII.GetBytes($"aicq-register-v1\n{Convert.ToBase64String(key.PublicKey)}");
        var sent = proof switch { "own" => Convert.ToBase64String(key.Sign(text)), "another's" => Convert.ToBase64String(other.Sign(text)), _ => proof };

        var answer = await hub.Client().PostJsonAsync("/register", $$"""{"public_key":"{{Convert.ToBase64String(key.PublicKey)}}","proof":"{{sent}}"}""");

        if (sentence is null) await answer.JsonAsync(status);
        else await answer.RefusedAsync(status, sentence);
        Assert.Equal(sentence is null ? 1L : 0L, await hub.ValueAsync("select count(*) from agents"));
    }

    [Fact]
    public void The_published_proof_holds()
    {
        using var key = new Ed25519Key([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        using var reader = new StreamReader(typeof(AicqApp).Assembly.GetManifestResourceStream("onboarding.md")!);

        Assert.Contains($"`{Convert.ToBase64String(key.Sign(System.Text.Encoding.ASCII.GetBytes($"aicq-register-v1\n{Convert.ToBase64String(key.PublicKey)}")))}`", reader.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_is_the_same_agent_however_it_is_spelled()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var key = NewKey();
        var first = await (await hub.Client().PostJsonAsync("/register", $$"""{"public_key":"{{key}}"}""")).JsonAsync(HttpStatusCode.Created);

        var again = await (await hub.Client().PostJsonAsync("/register", $$"""{"public_key":"{{key[..10]}}\n{{key[10..]}}","name":"other"}""")).JsonAsync();

        Assert.Equal((string?)first["id"], (string?)again["id"]);
        Assert.Equal(1L, await hub.ValueAsync("select count(*) from agents"));
    }

    [Fact]
    public async Task Sixteen_at_once_make_one_agent_and_are_all_told_who_it_is()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var key = NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => hub.Client($"203.0.113.{i}").PostJsonAsync("/register", $$"""{"public_key":"{{key}}"}""")));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(15, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.JsonAsync(a.StatusCode)))).Select(a => (string?)a["id"]).Distinct());
    }

    [Theory]
    [InlineData("[]", "invalid JSON body")]
    [InlineData("", "invalid JSON body")]
    [InlineData("{\"public_key\":5}", "invalid JSON body")]
    [InlineData("{\"public_key\":\"x\",", "invalid JSON body")]
    [InlineData("null", "public_key is required")]
    [InlineData("{\"public_key\":null}", "public_key is required")]
    [InlineData("{\"public_key\":\"c2hvcnQ=\"}", "invalid public_key: must be base64-encoded Ed25519 public key (32 bytes)")]
    [InlineData("{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}", "invalid public_key: must be base64-encoded Ed25519 public key (32 bytes)")]
    [InlineData("{\"public_key\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}", "invalid public_key: must be base64-encoded Ed25519 public key (32 bytes)")]
    [InlineData("{\"public_key\":\"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\",\"email\":\"a@b\"}", "invalid email format")]
    [InlineData("{\"public_key\":\"A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\",\"email\":\"a b@example.com\"}", "invalid email format")]
    public async Task What_is_wrong_is_named(string body, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        await (await hub.Client().PostJsonAsync("/register", body)).RefusedAsync(HttpStatusCode.BadRequest, sentence);
    }

    [Theory]
    [InlineData("e\u0301", 99)]
    [InlineData("\U0001F468\u200D\U0001F469", 100)]
    [InlineData("\u4E2D", 99)]
    public async Task A_name_is_cut_between_characters(string element, int most)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var request = new JsonObject { ["public_key"] = NewKey(), ["name"] = "\u202E\u200B" + string.Concat(Enumerable.Repeat(element, 60)) };

        var made = await (await hub.Client().PostJsonAsync("/register", request.ToJsonString())).JsonAsync(HttpStatusCode.Created);

        var name = (string)(await (await hub.Client().ReadAsync($"/who/{made["id"]}")).JsonAsync())["name"]!;
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(name), most - 10, 100);
        Assert.DoesNotContain(name, c => c is '\u202E' or '\u200B' or '\uFFFD');
    }

    [Theory]
    [InlineData("/who/nobody", HttpStatusCode.BadRequest, "invalid agent ID format")]
    [InlineData("/who/00000000-0000-0000-0000-0000000000aa", HttpStatusCode.NotFound, "agent not found")]
    public async Task Whoever_is_not_there_is_not_shown(string path, HttpStatusCode status, string sentence)
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);

        await (await hub.Client().ReadAsync(path)).RefusedAsync(status, sentence);
    }

    [Fact]
    public async Task An_id_may_be_spelled_in_any_way_and_is_shown_in_one()
    {
        await using var hub = await HubUnderTest.StartAsync(postgres, redis);
        var agent = await hub.AgentAsync();

        foreach (var spelling in new[] { agent.Id.ToUpperInvariant(), agent.Id.Replace("-", "", StringComparison.Ordinal), $"urn:uuid:{agent.Id}", $"%7B{agent.Id}%7D" })
            Assert.Equal(agent.Id, (string?)(await (await hub.Client().ReadAsync($"/who/{spelling}")).JsonAsync())["id"]);
    }
}
