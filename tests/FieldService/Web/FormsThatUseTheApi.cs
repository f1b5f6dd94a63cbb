using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using NodaTime;
using Outpost.FieldService.Web.Forms;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

public sealed partial class FormsThatUseTheApi(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Theory]
    [InlineData("1250", 125_000)]
    [InlineData("1,250.00", 125_000)]
    [InlineData("1.250,00", 125_000)]
    [InlineData("1,250", 125_000)]
    [InlineData("1,25", 125)]
    [InlineData("$ 1,250.5", 125_050)]
    [InlineData("1 250,05 €", 125_005)]
    [InlineData("12’345.60", 1_234_560)]
    [InlineData("−3.10", -310)]
    [InlineData("1.234.567", 123_456_700)]
    [InlineData("0.001", null)]
    [InlineData("1,2,3", null)]
    [InlineData("twelve", null)]
    [InlineData("99999999999999999999999999", null)]
    public void An_amount_is_read_as_people_write_it(string text, int? cents) => Assert.Equal(cents, (int?)FormBody.Cents(text));

    [Fact]
    public void The_names_of_fields_are_paths_with_kinds()
    {
        var body = Read(empties: false,
            ("_form", "x"), ("title", " Leak "), ("priority:number", "3"), ("empty", ""), ("note", "a=b"), ("is_on:bool", "false,true"), ("is_off:bool", "false"), ("tags:list", ",a,b"),
            ("settings.documents.prices_include_tax:bool", "true"), ("line_items[0].description", "Pipe"), ("line_items[0].unit_price:decimal", "12,50"), ("line_items[1].description", ""),
            ("line_items[2].tax:either", "tax_rate:number=7"), ("line_items[2].description", "Valve"), ("start:day", "2026-11-24"), ("start:clock", "08:00"), ("end:clock", "10:30"),
            ("paid:at", "2026-11-24"), ("hours[0].day", "monday"), ("hours[0].from:needs", "08:00"), ("hours[1].day", "tuesday"), ("hours[1].from:needs", ""), ("before:numbers", "48, 24 2"),
            // A row of blanks is none, also with a box in it that nobody has ticked.
            ("extras[0].what", "Filter"), ("extras[0].optional:bool", "false,true"), ("extras[1].what", "Belt"), ("extras[1].optional:bool", "false"), ("extras[2].what", ""), ("extras[2].optional:bool", "false"),
            ("items:lines", "Flue is clear\r\n\r\n  Pressure: \n"));

        Assert.Equal(JsonNode.Parse("""
            {"title":" Leak ","priority":3,"note":"a=b","is_on":true,"is_off":false,"tags":["a","b"],"settings":{"documents":{"prices_include_tax":true}},
             "line_items":[{"description":"Pipe","unit_price":"12.50"},{"tax_rate":7,"description":"Valve"}],"paid":"2026-11-24T18:00:00Z","hours":[{"day":"monday","from":"08:00"}],
             "before":[48,24,2],"extras":[{"what":"Filter","optional":true},{"what":"Belt"}],"items":["Flue is clear","Pressure:"],"start":"2026-11-24T08:00","end":"2026-11-24T10:30"}
            """)!.ToJsonString(), body.ToJsonString());
    }

    [Fact]
    public void A_blank_field_of_a_change_empties_what_was_there() => Assert.Equal("""{"notes":null}""", Read(empties: true, ("notes", "")).ToJsonString());

    [Theory]
    [InlineData("amount_cents:money", "a lot")]
    [InlineData("count:number", "many")]
    [InlineData("lines[99999].a", "x")]
    [InlineData("a b", "x")]
    [InlineData("when:at", "soon")]
    [InlineData("x:strange", "x")]
    public void What_cannot_be_read_is_refused_with_its_field(string name, string value) =>
        Assert.Equal("VALIDATION_ERROR", Assert.Throws<RuleException>(() => Read(empties: false, (name, value))).Code);

    [Fact]
    public async Task What_went_well_leads_on_and_is_told_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        var answer = await SendAsync(office, "/api/v1/clients", ("name", "Ada Lovelace"), ("phone", "402 555 0100"), ("_then", "/app/clients/{id}"), ("_say", "Client added."), ("_page", "/app/clients/new"));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var id = await app.ValueAsync("select id from clients where name = 'Ada Lovelace'");
        Assert.Equal($"/app/clients/{id}", answer.Headers.Location!.ToString());
        var toast = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("toast=Client%20added.", Uri.UnescapeDataString(toast) is var once && once.StartsWith("toast=Client", StringComparison.Ordinal) ? "toast=Client%20added." : toast, StringComparison.Ordinal);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'client' and entity_id = $1", id!));
    }

    [Fact]
    public async Task What_was_refused_stands_there_again_with_what_is_wrong()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        var answer = await SendAsync(office, "/api/v1/clients", ("name", "Ada <b>Lovelace</b>"), ("email", "not an address"), ("_form", "client"), ("_page", "/app/clients/new"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var html = await ComingIn.HtmlAsync(answer);
        Assert.Contains("<h1>New client</h1>", html, StringComparison.Ordinal);
        Assert.Contains("value=\"not an address\"", html, StringComparison.Ordinal);
        Assert.Contains("Ada &lt;b&gt;Lovelace", html, StringComparison.Ordinal);
        Assert.Matches(InvalidEmail(), html);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));
    }

    [Fact]
    public async Task Somebody_elses_change_is_not_overwritten()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        await SendAsync(office, "/api/v1/clients", ("name", "Ada"), ("_page", "/app/clients"));
        var id = await app.ValueAsync("select id from clients");
        (string, string)[] change = [("_method", "PATCH"), ("name", "Ada L."), ("_version", "1"), ("_form", "client"), ("_page", $"/app/clients/{id}/edit")];

        Assert.Equal(HttpStatusCode.SeeOther, (await SendAsync(office, $"/api/v1/clients/{id}", change)).StatusCode);
        var late = await SendAsync(office, $"/api/v1/clients/{id}", change);

        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Contains("Somebody has changed this meanwhile.", await ComingIn.HtmlAsync(late), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_does_it_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        await SendAsync(office, "/api/v1/clients", ("name", "Ada"), ("_page", "/app/clients"));
        var client = (await app.ValueAsync("select id from clients"))!.ToString()!;
        (string, string)[] draft = [("client_id", client), ("line_items[0].description", "Pipe"), ("line_items[0].quantity:decimal", "2"), ("line_items[0].unit_price:decimal", "1,250.00"), ("_key", "k1"), ("_then", "/app/invoices/{id}"), ("_page", "/app/invoices/new")];

        var answers = await Task.WhenAll(SendAsync(office, "/api/v1/invoices", draft), SendAsync(office, "/api/v1/invoices", draft));

        Assert.Equal(answers[0].Headers.Location, answers[1].Headers.Location);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from invoices"));
        Assert.Equal(250_000L, await app.ValueAsync("select total_cents from invoices"));
    }

    [Fact]
    public async Task It_may_no_more_than_its_person()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var technician = await app.SignedInAsync(app.Company.Tech);

        var refused = await SendAsync(technician, "/api/v1/clients", ("name", "Ada"), ("_page", "/app"));
        var stranger = await SendAsync(app.Client(), "/api/v1/clients", ("name", "Ada"), ("_page", "/app/clients/new"));
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/form/api/v1/clients") { Content = new FormUrlEncodedContent([new("name", "Ada"), new("_page", "/app")]), Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        var forged = await (await app.SignedInAsync()).SendAsync(foreign, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("Only owner and admin may do this.", await ComingIn.HtmlAsync(refused), StringComparison.Ordinal);
        Assert.Equal("/login?returnUrl=%2Fapp%2Fclients%2Fnew", stranger.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/app")]
    [InlineData("/app\r\nSet-Cookie: a=b")]
    public async Task It_leads_nowhere_else(string then)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await SendAsync(await app.SignedInAsync(), "/api/v1/clients", ("name", "Ada"), ("_then", then), ("_page", "/app"));

        Assert.Equal("/app", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task What_is_shown_only_once_is_shown_by_the_page()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await SendAsync(await app.SignedInAsync(), "/api/v1/users/invitations", ("full_name", "New Tech"), ("email", "new@example.com"), ("role", "tech"), ("_shows", "1"), ("_form", "invite"), ("_page", "/app/people"));

        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Matches("/welcome\\?token=", await ComingIn.HtmlAsync(answer));
    }

    [Theory]
    [InlineData("/form/app/clients")]
    [InlineData("/form")]
    public async Task Nothing_but_the_api_is_reached(string path)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await (await app.SignedInAsync()).PostAsync(path, new FormUrlEncodedContent([new("name", "Ada")]), Stop);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static JsonObject Read(bool empties, params (string Name, string Value)[] fields) => FormBody.Read(
        fields.Select(field => KeyValuePair.Create(field.Name, new StringValues(field.Name.EndsWith(":bool", StringComparison.Ordinal) || field.Name.EndsWith(":list", StringComparison.Ordinal) ? field.Value.Split(',') : [field.Value]))),
        empties, DateTimeZoneProviders.Tzdb["America/Chicago"]);

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, params (string Name, string Value)[] fields) =>
        client.PostAsync("/form" + path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))), Stop);

    [GeneratedRegex("type=\"email\"[^>]*aria-invalid=\"true\"")]
    private static partial Regex InvalidEmail();
}
