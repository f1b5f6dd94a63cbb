using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Outpost.FieldService.Accounts;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class TheCompanyItself(PostgresServer postgres)
{
    private const string Path = "/api/v1/account";

    [Fact]
    public async Task Is_changed_by_the_owner_and_read_by_the_office()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (owner, admin, tech) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Admin), await app.SignedInAsync(app.Company.Tech));

        var changed = await (await owner.PatchAsync(Path, new
        {
            name = "North & Sons", time_zone = "Asia/Kathmandu", currency = "KWD", address_line1 = "1 Main St", city = "Oslo", country = "NO", phone = "+47 1", email = "us@north.test",
            tax_id = "NO 123", settings = new { payment_terms_days = 30 },
        })).DataAsync();

        Assert.Equal(("North & Sons", "Asia/Kathmandu", "KWD", 3, 30, 2), ((string)changed["name"]!, (string)changed["time_zone"]!, (string)changed["currency"]!,
            (int)changed["currency_exponent"]!, (int)changed["settings"]!["payment_terms_days"]!, (int)changed["version"]!));
        Assert.Equal(changed.ToJsonString(), (await (await admin.ReadAsync(Path)).DataAsync()).ToJsonString());
        Assert.Equal("Asia/Kathmandu", (string?)(await (await tech.ReadAsync("/api/v1/auth/me")).JsonAsync())["time_zone"]);
        await (await admin.PatchAsync(Path, new { name = "Admin's" })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await tech.ReadAsync(Path)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("north > North & Sons", await app.ValueAsync("select (old_value ->> 'name') || ' > ' || (new_value ->> 'name') from audit_log where entity_type = 'account'"));
    }

    [Theory]
    [InlineData("""{"name":" "}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"time_zone":"Mars/Olympus"}""", "time_zone")]
    [InlineData("""{"time_zone":"EST5EDT4"}""", "time_zone")]
    [InlineData("""{"currency":"XXX"}""", "currency")]
    [InlineData("""{"currency":"usd"}""", "currency")]
    [InlineData("""{"country":"Norway"}""", "country")]
    [InlineData("""{"email":"nobody"}""", "email")]
    [InlineData("""{"logo":"x"}""", "logo")]
    [InlineData("""{"currency_exponent":4}""", "currency_exponent")]
    [InlineData("""{"version":7}""", "version")]
    [InlineData("""{"settings":{"payment_terms_days":-1}}""", "settings.payment_terms_days")]
    [InlineData("""{"settings":{"payment_terms_days":3651}}""", "settings.payment_terms_days")]
    [InlineData("""{"settings":{"payment_terms_days":"soon"}}""", "settings.payment_terms_days")]
    [InlineData("""{"settings":{"payment_term_days":3}}""", "settings.payment_term_days")]
    [InlineData("""{"settings":{"numbering":{"invoice":{"pattern":"R-{year}"}}}}""", "settings.numbering.invoice")]
    [InlineData("""{"settings":{"numbering":{"credit_note":{"digits":0}}}}""", "settings.numbering.credit_note")]
    [InlineData("""{"settings":{"late_fees":{"stages":[{"days_after_due":10,"percent":5},{"days_after_due":0,"percent":5}]}}}""", "settings.late_fees.stages.1")]
    [InlineData("""{"settings":null}""", "settings")]
    [InlineData("""{"settings":[]}""", "settings")]
    public async Task Refuses_what_makes_no_sense_by_name(string body, string field)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var error = await (await owner.PatchAsync(Path, JsonNode.Parse(body)!)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, (string?)error["details"]!["issues"]![0]!["path"]);
        Assert.Equal(1, await app.ValueAsync("select version from accounts where id = $1", app.Company.Account));
    }

    [Fact]
    public async Task Keeps_what_it_does_not_know_and_forgets_what_is_set_to_null()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("""update accounts set settings = '{"demo":true,"payment_terms_days":7}'""");
        var owner = await app.SignedInAsync();

        var changed = await (await owner.PatchAsync(Path, JsonNode.Parse("""{"settings":{"payment_terms_days":null}}""")!)).DataAsync();

        Assert.Equal(14, (int)changed["settings"]!["payment_terms_days"]!);
        Assert.Equal("""{"demo": true}""", await app.ValueAsync("select settings::text from accounts where id = $1", app.Company.Account));
    }

    [Fact]
    public async Task Keeps_its_currency_once_there_is_an_estimate_whoever_comes_first()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var client = await app.ClientAsync();
        object estimate = new { client_id = client, line_items = new[] { new { description = "Work", quantity = 1, unit_price_cents = 100 } } };

        var answers = await app.AtOnceAsync("accounts", app.Company.Account,
            () => owner.PatchAsync(Path, new { currency = "EUR" }), () => owner.PostAsync("/api/v1/estimates", estimate));

        Assert.Equal(HttpStatusCode.Created, answers[1].StatusCode);
        var changed = answers[0].StatusCode is HttpStatusCode.OK;
        Assert.Equal(changed ? "EUR" : "USD", await app.ValueAsync("select currency from accounts where id = $1", app.Company.Account));
        await (await owner.PatchAsync(Path, new { currency = "JPY" })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await owner.PatchAsync(Path, new { name = "Still changes" })).DataAsync();
    }

    [Fact]
    public async Task Is_not_overwritten_by_who_has_not_seen_the_last_change()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var tag = (await owner.ReadAsync(Path)).Headers.ETag!.Tag;
        await (await owner.PatchAsync(Path, new { name = "First" })).DataAsync();

        var stale = new HttpRequestMessage(HttpMethod.Patch, Path) { Content = JsonContent.Create(new { name = "Second" }) };
        stale.Headers.TryAddWithoutValidation("If-Match", tag);

        await (await owner.SendAsync(stale, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
        Assert.Equal("First", await app.ValueAsync("select name from accounts where id = $1", app.Company.Account));
    }

    [Theory]
    [InlineData("USD", 2)]
    [InlineData("JPY", 0)]
    [InlineData("TND", 3)]
    [InlineData("XTS", null)]
    public void Has_a_currency_with_its_digits(string code, int? digits) => Assert.Equal(digits, Currencies.Exponent(code));
}
