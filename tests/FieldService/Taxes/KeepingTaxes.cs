using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Taxes;

public sealed class KeepingTaxes(PostgresServer postgres)
{
    private const string Rates = "/api/v1/tax-rates";
    private const string Groups = "/api/v1/tax-groups";

    [Fact]
    public async Task A_group_is_its_rates_in_their_order_and_stands_on_a_document_by_name()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (state, county) = (await RateAsync(desk, "State", 4m), await RateAsync(desk, "County", 1.25m));

        var group = await (await desk.Owner.PostAsync(Groups, new { name = "Sales tax", tax_rate_ids = new[] { county, state } })).DataAsync(HttpStatusCode.Created);

        Assert.Equal((5.25m, "County State"), ((decimal)group["rate"]!, string.Join(' ', group["rates"]!.AsArray().Select(r => (string)r!["name"]!))));
        var invoice = await desk.GetAsync(Desk.Invoices, await desk.DraftAsync(Desk.Invoices, new
        {
            client_id = desk.It.Client, tax_group_id = (string)group["id"]!, line_items = new[] { new { description = "Work", quantity = 1, unit_price = "10.10" } },
        }));
        Assert.Equal("""[{"rate":5.25,"base_cents":1010,"tax_cents":53,"name":"Sales tax","components":[{"name":"County","rate":1.25,"tax_cents":13},{"name":"State","rate":4,"tax_cents":40}]}]""",
            invoice["taxes"]!.ToJsonString());
        Assert.Equal(("Sales tax", 5.25m, "Sales tax"), ((string?)invoice["tax_name"], (decimal)invoice["tax_rate"]!, (string?)invoice["line_items"]![0]!["tax_name"]));
        Assert.Equal(3L, await desk.App.ValueAsync("select count(*) from audit_log where entity_type in ('tax_rate', 'tax_group') and action = 'insert'"));
    }

    [Fact]
    public async Task What_is_issued_keeps_its_tax_and_a_draft_follows_when_it_is_written_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var rate = await RateAsync(desk, "City", 4m);
        var group = await GroupAsync(desk, "City tax", rate);
        object Paper() => new { client_id = desk.It.Client, tax_group_id = group, line_items = new[] { new { description = "Work", quantity = 1, unit_price_cents = 100_00 } } };
        var (issued, draft) = (await desk.DraftAsync(Desk.Invoices, Paper()), await desk.DraftAsync(Desk.Invoices, Paper()));
        await desk.MovedAsync(Desk.Invoices, issued, "sent");

        await (await desk.Owner.PatchAsync($"{Rates}/{rate}", new { rate = 5, name = "Town" })).DataAsync();

        Assert.Equal((4_00, 4_00), ((long)(await desk.GetAsync(Desk.Invoices, issued))["tax_cents"]!, (long)(await desk.GetAsync(Desk.Invoices, draft))["tax_cents"]!));
        Assert.Equal(4_00, (long)(await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{draft}", new { notes = "x" })).DataAsync())["tax_cents"]!);
        var written = await (await desk.Owner.PatchAsync($"{Desk.Invoices}/{draft}", new { discount_cents = 0 })).DataAsync();
        Assert.Equal((5_00, "Town"), ((long)written["tax_cents"]!, (string?)written["taxes"]![0]!["components"]![0]!["name"]));
        Assert.Equal(4_00, (long)(await desk.GetAsync(Desk.Invoices, issued))["tax_cents"]!);
    }

    [Fact]
    public async Task A_new_document_that_names_no_tax_has_the_usual_one()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (first, second) = (await GroupAsync(desk, "First", await RateAsync(desk, "First", 10m), isDefault: true), await GroupAsync(desk, "Second", await RateAsync(desk, "Second", 20m)));
        async Task<long> TaxAsync(object paper) => (long)(await desk.GetAsync(Desk.Estimates, await desk.DraftAsync(Desk.Estimates, paper)))["tax_cents"]!;

        Assert.Equal(10_00, await TaxAsync(new { client_id = desk.It.Client, flat_rate_cents = 100_00 }));
        Assert.Equal(0, await TaxAsync(new { client_id = desk.It.Client, flat_rate_cents = 100_00, tax_rate = 0 }));
        await (await desk.Owner.PatchAsync($"{Groups}/{second}", new { is_default = true })).DataAsync();
        Assert.Equal(20_00, await TaxAsync(new { client_id = desk.It.Client, flat_rate_cents = 100_00 }));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from tax_groups where is_default"));
        Assert.NotEqual(first, second);

        var bare = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 100_00 });
        Assert.Equal(7_00, (long)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{bare}", new { tax_rate = 7 })).DataAsync())["tax_cents"]!);
        Assert.Equal(10_00, (long)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{bare}", new { tax_group_id = first })).DataAsync())["tax_cents"]!);
        Assert.Equal(0, (long)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{bare}", new { tax_group_id = (string?)null })).DataAsync())["tax_cents"]!);
    }

    [Fact]
    public async Task Settings_of_the_company_say_how_prices_are_meant()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("""update accounts set settings = '{"documents": {"prices_include_tax": true, "tax_rounding": "line"}}'""");

        var estimate = await desk.GetAsync(Desk.Estimates, await desk.DraftAsync(Desk.Estimates, desk.Paper(119_00, 19)));
        Assert.Equal((true, "line", 100_00, 19_00, 119_00), (
            (bool)estimate["prices_include_tax"]!, (string?)estimate["tax_rounding"], (long)estimate["subtotal_cents"]!, (long)estimate["tax_cents"]!, (long)estimate["total_cents"]!));

        await desk.App.SqlAsync("update accounts set settings = '{}'");
        Assert.Equal(119_00, (long)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{estimate["id"]}", new { discount_cents = 0 })).DataAsync())["total_cents"]!);
    }

    [Fact]
    public async Task What_cannot_be_meant_or_is_in_use_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (rate, much) = (await RateAsync(desk, "City", 4m), await RateAsync(desk, "Much", 96m));
        var group = await GroupAsync(desk, "Both", rate, much);

        foreach (var body in new[] { """{"name":"x"}""", """{"name":" ","rate":1}""", """{"name":"x","rate":101}""", """{"name":"x","rate":-1}""", """{"name":"x","rate":1.23456}""" })
        {
            await Desk.InvalidAsync(await desk.Owner.PostAsync(Rates, JsonNode.Parse(body)!), body);
        }

        foreach (var ids in new object[] { Array.Empty<string>(), new[] { rate, rate }, "x", new[] { "x" } })
        {
            await Desk.InvalidAsync(await desk.Owner.PostAsync(Groups, new { name = "x", tax_rate_ids = ids }), ids.ToString()!);
        }

        await (await desk.Owner.PostAsync(Groups, new { name = "x", tax_rate_ids = new[] { Guid.NewGuid() } })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await desk.Owner.PostAsync(Rates, new { name = "CITY", rate = 1 })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.Owner.PatchAsync($"{Rates}/{rate}", new { rate = 4.0001 })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await desk.Owner.DeleteAsync($"{Rates}/{rate}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.Owner.PostAsync(Desk.Invoices, new { client_id = desk.It.Client, tax_group_id = Guid.NewGuid() })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, tax_group_id = group });
        await (await desk.Owner.DeleteAsync($"{Groups}/{group}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await desk.Owner.PatchAsync($"{Groups}/{group}", new { is_active = false })).DataAsync();
        Assert.Empty((await (await desk.Owner.ReadAsync($"{Groups}?is_active=true")).DataAsync()).AsArray());
        Assert.Single((await (await desk.Owner.ReadAsync($"{Groups}?q=oth")).DataAsync()).AsArray());
        Assert.Equal(["Much", "City"], (await (await desk.Owner.ReadAsync($"{Rates}?sort=rate&order=desc")).DataAsync()).AsArray().Select(r => (string)r!["name"]!));
    }

    [Fact]
    public async Task Two_who_raise_two_rates_of_a_group_at_once_never_come_to_more_than_everything()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (one, two) = (await RateAsync(desk, "One", 40m), await RateAsync(desk, "Two", 40m));
        var group = await GroupAsync(desk, "Both", one, two);

        var answers = await desk.App.AtOnceAsync("tax_groups", Desk.Id(group), () => desk.Owner.PatchAsync($"{Rates}/{one}", new { rate = 60 }), () => desk.Owner.PatchAsync($"{Rates}/{two}", new { rate = 60 }));

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.OK);
        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.BadRequest);
    }

    private static async Task<string> RateAsync(Desk desk, string name, decimal rate) => (string)(await (await desk.Owner.PostAsync(Rates, new { name, rate })).DataAsync(HttpStatusCode.Created))["id"]!;

    private static Task<string> GroupAsync(Desk desk, string name, params string[] rates) => GroupAsync(desk, name, rates, false);

    private static Task<string> GroupAsync(Desk desk, string name, string rate, bool isDefault) => GroupAsync(desk, name, [rate], isDefault);

    private static async Task<string> GroupAsync(Desk desk, string name, string[] rates, bool isDefault) =>
        (string)(await (await desk.Owner.PostAsync(Groups, new { name, tax_rate_ids = rates, is_default = isDefault })).DataAsync(HttpStatusCode.Created))["id"]!;
}
