using System.Net;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Outpost.FieldService.Documents;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Tests.Documents;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.PriceBook;

public sealed class KeepingThePriceBook(PostgresServer postgres)
{
    private const string Items = "/api/v1/price-book";

    [Fact]
    public async Task Of_ten_who_give_the_same_code_at_once_one_has_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => office.PostAsync(Items, Tap(n % 2 == 0 ? "TAP-1" : "tap-1"))));

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode is not HttpStatusCode.Created)) await refused.RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task An_archived_item_makes_room_for_its_code_and_comes_back_only_when_that_is_free()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var old = await MadeAsync(office, Tap("TAP-1"));

        Assert.NotNull((await (await office.PostAsync($"{Items}/{old}/archival", new { })).DataAsync())["archived_at"]);
        var next = await MadeAsync(office, Tap("TAP-1"));

        await (await office.DeleteAsync($"{Items}/{old}/archival", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await office.ReadAsync($"{Items}/{old}/line")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Equal([next], (await (await office.ReadAsync(Items)).DataAsync()).AsArray().Select(i => (string?)i!["id"]));
        Assert.Equal([old], (await (await office.ReadAsync($"{Items}?status=archived")).DataAsync()).AsArray().Select(i => (string?)i!["id"]));
    }

    [Fact]
    public async Task A_technician_finds_items_and_never_what_they_cost()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);
        var id = await MadeAsync(office, Tap("TAP-1"));
        var tech = await app.SignedInAsync(app.Company.Tech);

        foreach (var path in new[] { Items, $"{Items}/{id}" })
        {
            var theirs = await (await tech.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
            Assert.Contains("12.50", theirs, StringComparison.Ordinal);
            Assert.DoesNotContain("cost", theirs, StringComparison.Ordinal);
            Assert.DoesNotContain("8.25", theirs, StringComparison.Ordinal);
            Assert.Contains("\"unit_cost\":\"8.25\"", await (await office.ReadAsync(path)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop), StringComparison.Ordinal);
        }

        await (await tech.PostAsync(Items, Tap("TAP-2"))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await tech.PatchAsync($"{Items}/{id}", new { unit_price = 1 })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await tech.ReadAsync($"{Items}/{id}/line")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task What_was_made_from_an_item_stays_when_the_item_changes()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var item = await MadeAsync(desk.Owner, Tap("TAP-1"));
        var visit = await desk.App.VisitAsync(desk.It.Job, desk.App.Company.Tech);
        var line = await (await desk.Owner.ReadAsync($"{Items}/{item}/line?quantity=2")).DataAsync();
        var invoice = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, line_items = new[] { line.DeepClone() } });
        var part = (string)(await (await desk.Owner.PostAsync($"/api/v1/visits/{visit}/parts", new { price_book_item_id = item, quantity = 2 })).DataAsync(HttpStatusCode.Created))["id"]!;

        await (await desk.Owner.PatchAsync($"{Items}/{item}", new { code = "TAP-9", name = "Golden tap", unit = "box", unit_price = "99.99", unit_cost = "50" })).DataAsync();
        await (await desk.Owner.PostAsync($"{Items}/{item}/archival", new { })).DataAsync();

        var written = (await desk.GetAsync(Desk.Invoices, invoice))["line_items"]![0]!;
        Assert.Equal(("Tap\nChrome", 25_00), ((string?)written["description"], (long)written["total_cents"]!));
        var kept = await (await desk.Owner.ReadAsync($"/api/v1/parts/{part}")).DataAsync();
        Assert.Equal(("TAP-1", "Tap\nChrome", "each", "12.50", "8.25"),
            ((string?)kept["code"], (string?)kept["description"], (string?)kept["unit"], (string?)kept["unit_price"], (string?)kept["unit_cost"]));
    }

    [Fact]
    public async Task An_item_is_deleted_as_long_as_nothing_was_made_from_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var (used, slip) = (await MadeAsync(office, Tap("TAP-1")), await MadeAsync(office, Tap("TAP-2")));
        var visit = await app.VisitAsync(await app.JobAsync(), app.Company.Tech);
        await (await office.PostAsync($"/api/v1/visits/{visit}/parts", new { price_book_item_id = used, quantity = 1 })).DataAsync(HttpStatusCode.Created);

        await (await office.DeleteAsync($"{Items}/{used}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync($"{Items}/{slip}", FieldServiceUnderTest.Stop)).StatusCode);
    }

    [Fact]
    public async Task Whoever_types_a_code_finds_it_first_and_signs_of_the_search_are_letters()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        foreach (var (code, name) in new[] { ("A-10%", "Ten per cent"), ("A-100", "About A-10"), ("A-10", "The one"), ("B_1", "Under"), ("BX1", "Over") })
        {
            await MadeAsync(office, new { kind = "material", code, name, unit_price = 1 });
        }

        Assert.Equal("A-10", await FirstAsync("a-10"));
        Assert.Equal(["A-10%"], await CodesAsync("%25"));
        Assert.Equal(["B_1"], await CodesAsync("b_1"));

        async Task<string?> FirstAsync(string q) => (await CodesAsync(q))[0];
        async Task<List<string?>> CodesAsync(string q) => [.. (await (await office.ReadAsync($"{Items}?q={q}")).DataAsync()).AsArray().Select(i => (string?)i!["code"])];
    }

    [Fact]
    public async Task The_price_book_is_a_file_that_no_spreadsheet_takes_for_formulas()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        await MadeAsync(office, new { kind = "service", code = "=1+1", name = "Call-out, night", unit_price = "0.0375", tax_rate = 8.25, labour_minutes = 30 });

        var file = await office.ReadAsync($"{Items}/export");

        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(
            "kind,code,name,description,unit,unit_cost,unit_price,category,tax_rate,labour_minutes,archived\r\nservice,'=1+1,\"Call-out, night\",,each,,0.0375,,8.25,30,no\r\n",
            await file.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop));
        await (await (await app.SignedInAsync(app.Company.Tech)).ReadAsync($"{Items}/export")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Theory]
    [InlineData("""{"unit_price":"1.23456"}""")]
    [InlineData("""{"unit_price":-1}""")]
    [InlineData("""{"unit_price":"ten"}""")]
    [InlineData("""{"unit_price":1e15}""")]
    [InlineData("""{"unit_price":null}""")]
    [InlineData("""{"unit_cost":"-0.01"}""")]
    [InlineData("""{"kind":"bundle"}""")]
    [InlineData("""{"code":"   "}""")]
    [InlineData("""{"tax_rate":101}""")]
    [InlineData("""{"labour_minutes":-1}""")]
    public async Task What_cannot_be_meant_is_refused(string fault)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var id = await MadeAsync(office, Tap("TAP-1"));

        await (await office.PatchAsync($"{Items}/{id}", JsonNode.Parse(fault)!)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(1, (int)(await app.ValueAsync("select version from price_book_items"))!);
    }

    [Fact]
    public void A_line_comes_to_quantity_times_price_rounded_once() => Prop.ForAll(
        Gen.Choose(0, 2_000_000).Select(n => n / 10_000m).ToArbitrary(), Gen.Choose(1, 1_000_000).Select(n => new Quantity(n)).ToArbitrary(),
        (price, quantity) =>
        {
            var totals = Totals.Of(Percent.Zero, null, [PricedLine.Of("Cable", quantity, "m", price, null)]);
            return totals.Subtotal.Cents == (long)decimal.Round(price * 100 * quantity.Amount, MidpointRounding.AwayFromZero);
        }).QuickCheckThrowOnFailure();

    private static object Tap(string code) => new { kind = "material", code, name = "Tap", description = "Chrome", unit_cost = "8.25", unit_price = 12.5 };

    private static async Task<string> MadeAsync(HttpClient office, object item) => (string)(await (await office.PostAsync(Items, item)).DataAsync(HttpStatusCode.Created))["id"]!;
}
