using System.Net;
using System.Text.RegularExpressions;
using Outpost.FieldService.Portal;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Portal;

public sealed partial class AClientWithALink(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    private sealed record Offer(string Client, string Estimate, string Path, string Hash, string Option);

    [Fact]
    public async Task Sees_the_estimate_and_nothing_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var offer = await SentAsync(app, office);
        var other = await SentAsync(app, office);
        var client = app.Client();

        var answer = await client.ReadAsync(offer.Path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("noindex, nofollow", answer.Headers.GetValues("X-Robots-Tag").Single());
        var html = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Contains("New boiler", html, StringComparison.Ordinal);
        Assert.Contains("$1,200.00", html, StringComparison.Ordinal);
        Assert.DoesNotContain("not for the client", html, StringComparison.Ordinal);
        Assert.Contains("New boiler", await ReadAsync(client, $"{offer.Path}?document={other.Estimate}"), StringComparison.Ordinal);
        Assert.NotNull(await app.ValueAsync("select seen_at from portal_links where estimate_id = $1", Guid.Parse(offer.Estimate)));
        foreach (var page in (string[])["/app", "/app/clients", $"/app/estimates/{offer.Estimate}"])
        {
            Assert.Equal(HttpStatusCode.RedirectKeepVerb, (await client.ReadAsync(page)).StatusCode);
        }
    }

    [Fact]
    public async Task Chooses_signs_and_it_is_kept_with_its_fingerprint()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var offer = await SentAsync(app, await app.SignedInAsync());
        var client = app.Client();
        Assert.Contains("$1,500.00", await ReadAsync(client, $"{offer.Path}?chosen=true&take={offer.Option}"), StringComparison.Ordinal);

        var answer = await DecideAsync(client, offer, "approve", ("signed_name", " Ada Lovelace "), ("drawing", "M1 2L3.5 4"), ("take", offer.Option));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(offer.Path, answer.Headers.Location!.ToString());
        Assert.Equal("approved|150000|Ada Lovelace|", await app.ValueAsync(
            "select concat_ws('|', e.status, e.total_cents, d.signed_name, coalesce(d.decided_by::text, '')) from estimates e join estimate_decisions d on d.estimate_id = e.id where e.id = $1", Guid.Parse(offer.Estimate)));
        var signedAt = (DateTime)(await app.ValueAsync("select signed_at from estimate_signatures where estimate_id = $1", Guid.Parse(offer.Estimate)))!;
        var kept = (byte[])(await app.ValueAsync("select fingerprint from estimate_signatures where estimate_id = $1", Guid.Parse(offer.Estimate)))!;
        Assert.Equal(DecideEstimate.Fingerprint(offer.Hash, "Ada Lovelace", "M1 2L3.5 4", signedAt), kept);
        Assert.NotEqual(DecideEstimate.Fingerprint(offer.Hash, "Ada Lovelace", "M1 2L3.5 5", signedAt), kept);
        var html = await ReadAsync(client, offer.Path);
        Assert.Contains("Approved. Thank you!", html, StringComparison.Ordinal);
        Assert.Contains("d=\"M1 2L3.5 4\"", html, StringComparison.Ordinal);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'estimate' and action = 'update' and actor_id is not null and new_value ->> 'status' = 'approved'"));
    }

    [Theory]
    [InlineData("approve", "", "", "Type your name to sign.")]
    [InlineData("approve", "Ada", "<script>", "The drawn signature could not be read.")]
    [InlineData("approve", "Ada", "L1 2", "The drawn signature could not be read.")]
    public async Task Is_told_what_is_missing(string decision, string name, string drawing, string message)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var offer = await SentAsync(app, await app.SignedInAsync());

        var answer = await DecideAsync(app.Client(), offer, decision, ("signed_name", name), ("drawing", drawing));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("sent", await app.ValueAsync("select status from estimates where id = $1", Guid.Parse(offer.Estimate)));
    }

    [Fact]
    public async Task Decides_once_however_often_the_button_is_pressed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var offer = await SentAsync(app, await app.SignedInAsync());
        var client = app.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => DecideAsync(client, offer, i % 2 == 0 ? "approve" : "decline", ("signed_name", "Ada"))));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.UnprocessableEntity));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from estimate_decisions where estimate_id = $1", Guid.Parse(offer.Estimate)));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from estimate_signatures where estimate_id = $1", Guid.Parse(offer.Estimate)));
    }

    [Fact]
    public async Task Decides_on_nothing_that_has_changed()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var offer = await SentAsync(app, await app.SignedInAsync());

        var answer = await DecideAsync(app.Client(), offer with { Hash = new string('0', 64) }, "approve", ("signed_name", "Ada"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("sent", await app.ValueAsync("select status from estimates where id = $1", Guid.Parse(offer.Estimate)));
    }

    [Theory]
    [InlineData("update portal_links set revoked_at = now()")]
    [InlineData("update portal_links set created_at = '2020-01-01', expires_at = '2020-02-01'")]
    public async Task Finds_nothing_when_the_link_is_over(string ends)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var offer = await SentAsync(app, await app.SignedInAsync());
        await app.SqlAsync(ends);
        var client = app.Client();

        var answer = await client.ReadAsync(offer.Path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("This link leads nowhere", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await DecideAsync(client, offer, "approve", ("signed_name", "Ada"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.ReadAsync("/portal/guessed")).StatusCode);
    }

    [Fact]
    public async Task Sees_all_of_theirs_and_nothing_of_others_with_a_link_to_everything()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var offer = await SentAsync(app, office);
        var stranger = await SentAsync(app, office);
        var path = await LinkAsync(office, "client", offer.Client);
        var client = app.Client();

        var html = await ReadAsync(client, path);

        Assert.Contains($"?document={offer.Estimate}", html, StringComparison.Ordinal);
        Assert.DoesNotContain(stranger.Estimate, html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.ReadAsync($"{path}?document={stranger.Estimate}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await DecideAsync(client, stranger with { Path = $"{path}?document={stranger.Estimate}" }, "approve", ("signed_name", "Ada"))).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync(client, offer with { Path = $"{path}?document={offer.Estimate}" }, "decline")).StatusCode);
        Assert.Equal("declined", await app.ValueAsync("select status from estimates where id = $1", Guid.Parse(offer.Estimate)));
    }

    [Fact]
    public async Task Gets_no_link_to_a_draft_or_to_another_companys_things()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var offer = await SentAsync(app, office);
        var other = await app.CompanyAsync("elsewhere");
        var stranger = await app.SignedInAsync(other.Owner);
        await app.SqlAsync("update estimates set notes = notes");
        var draft = (await (await office.PostAsync("/api/v1/estimates", new { client_id = offer.Client, line_items = Array.Empty<object>() })).DataAsync(HttpStatusCode.Created))["id"]!.ToString();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await office.PostAsync($"/app/share/estimate/{draft}", new FormUrlEncodedContent([]), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync($"/app/share/estimate/{offer.Estimate}", new FormUrlEncodedContent([]), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await app.SignedInAsync(app.Company.Tech)).PostAsync($"/app/share/estimate/{offer.Estimate}", new FormUrlEncodedContent([]), Stop)).StatusCode);
    }

    private static async Task<Offer> SentAsync(FieldServiceUnderTest app, HttpClient office)
    {
        var client = (await (await office.PostAsync("/api/v1/clients", new { name = "Ada Lovelace" })).DataAsync(HttpStatusCode.Created))["id"]!.ToString();
        var estimate = (await (await office.PostAsync("/api/v1/estimates", new
        {
            client_id = client, internal_notes = "not for the client",
            line_items = new object[] { new { description = "New boiler", quantity = 1, unit_price = "1200.00" }, new { description = "Smart thermostat", quantity = 1, unit_price = "300.00", optional = true, chosen = false } },
        })).DataAsync(HttpStatusCode.Created))["id"]!.ToString();
        var sent = await (await office.PostAsync($"/api/v1/estimates/{estimate}/transition", new { status = "sent" })).DataAsync();
        var option = (await app.ValueAsync("select id from estimate_line_items where estimate_id = $1 and optional", Guid.Parse(estimate)))!.ToString()!;
        return new(client, estimate, await LinkAsync(office, "estimate", estimate), sent["content_hash"]!.ToString(), option);
    }

    private static async Task<string> LinkAsync(HttpClient office, string kind, string id)
    {
        var answer = await office.PostAsync($"/app/share/{kind}/{id}", new FormUrlEncodedContent([]), Stop);
        return Link().Match(await answer.Content.ReadAsStringAsync(Stop)).Value;
    }

    private static async Task<string> ReadAsync(HttpClient client, string path) => await (await client.ReadAsync(path)).Content.ReadAsStringAsync(Stop);

    private static Task<HttpResponseMessage> DecideAsync(HttpClient client, Offer offer, string decision, params (string Name, string Value)[] more) => client.PostAsync(
        offer.Path, new FormUrlEncodedContent([new("decision", decision), new("content_hash", offer.Hash), new("revision", "1"), .. more.Select(field => KeyValuePair.Create(field.Name, field.Value))]), Stop);

    [GeneratedRegex("/portal/[A-Za-z0-9_-]{40,}")]
    private static partial Regex Link();
}
