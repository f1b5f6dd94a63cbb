using System.Net;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Estimates;

public sealed class ConvertingAnEstimate(PostgresServer postgres)
{
    [Fact]
    public async Task The_invoice_is_a_copy_to_the_cent_and_there_is_one_however_often_it_is_asked_for()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync(new
        {
            client_id = desk.It.Client,
            job_id = desk.It.Job,
            property_id = desk.It.Property,
            notes = "Thank you",
            tax_rate = 8.25,
            line_items = new object[] { new { description = "Boiler", quantity = 1.5, unit_price_cents = 333 }, new { description = "Labour", quantity = 2, unit_price_cents = 100_00, tax_rate = 9.975 } },
        });

        var first = await ConvertAsync(desk, id);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var created = await first.JsonAsync();
        Assert.Equal(("draft", true, null), ((string?)created["invoice_status"], (bool)created["created"]!, (string?)created["invoice_number"]));
        var invoiceId = (string)created["invoice_id"]!;

        var estimate = await desk.GetAsync(Desk.Estimates, id);
        var invoice = await desk.GetAsync(Desk.Invoices, invoiceId);
        foreach (var same in new[] { "client_id", "job_id", "property_id", "notes", "tax_rate", "subtotal_cents", "tax_cents", "total_cents", "taxes" })
        {
            Assert.Equal(estimate[same]!.ToJsonString(), invoice[same]!.ToJsonString());
        }

        Assert.Equal(id, (string?)invoice["estimate_id"]);
        Assert.Equal(estimate["line_items"]!.AsArray().Select(l => (string)l!["id"]!), invoice["line_items"]!.AsArray().Select(l => (string)l!["estimate_line_item_id"]!));
        Assert.Equal(
            estimate["line_items"]!.AsArray().Select(l => $"{l!["description"]} {l["quantity"]} {l["unit_price_cents"]} {l["tax_rate"]} {l["total_cents"]}"),
            invoice["line_items"]!.AsArray().Select(l => $"{l!["description"]} {l["quantity"]} {l["unit_price_cents"]} {l["tax_rate"]} {l["total_cents"]}"));
        Assert.Equal(1L, await desk.App.ValueAsync(
            "select count(*) from audit_log where entity_id = $1 and new_value ->> 'source' = 'estimate_convert' and new_value ->> 'line_count' = '2'", Desk.Id(invoiceId)));

        var second = await ConvertAsync(desk, id);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        var existing = await second.JsonAsync();
        Assert.Equal((invoiceId, false), ((string?)existing["invoice_id"], (bool)existing["created"]!));
    }

    [Fact]
    public async Task Twenty_at_once_make_one_invoice()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ConvertAsync(desk, id)));

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Created);
        Assert.Equal(19, answers.Count(a => a.StatusCode is HttpStatusCode.OK));
        Assert.Single((await Task.WhenAll(answers.Select(async a => (string)(await a.JsonAsync())["invoice_id"]!))).Distinct());
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from invoices"));
    }

    [Fact]
    public async Task A_retry_with_its_key_gets_the_first_answer_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();

        var answers = new[] { await ConvertAsync(desk, id, "k"), await ConvertAsync(desk, id, "k"), await ConvertAsync(desk, id, "\"k\"") };

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)))).Distinct());
    }

    [Fact]
    public async Task Only_an_approved_one_becomes_an_invoice()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        await (await ConvertAsync(desk, id)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await desk.MovedAsync(Desk.Estimates, id, "sent");
        await (await ConvertAsync(desk, id)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await desk.MovedAsync(Desk.Estimates, id, "declined");
        await (await ConvertAsync(desk, id)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from invoices"));
    }

    [Fact]
    public async Task A_void_invoice_does_not_stand_in_the_way_of_another()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();
        var first = (string)(await (await ConvertAsync(desk, id)).JsonAsync())["invoice_id"]!;
        await desk.MovedAsync(Desk.Invoices, first, "sent");
        await desk.MovedAsync(Desk.Invoices, first, "void");

        var answer = await ConvertAsync(desk, id);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.NotEqual(first, (string?)(await answer.JsonAsync())["invoice_id"]);
    }

    [Fact]
    public async Task The_database_itself_holds_one_invoice_for_an_estimate()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();
        await ConvertAsync(desk, id);

        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => desk.App.SqlAsync(
            "insert into invoices (account_id, id, client_id, estimate_id, subtotal_cents, tax_cents, total_cents, created_by) values ($1, gen_random_uuid(), $2, $3, 0, 0, 0, $4)",
            desk.App.Company.Account, desk.It.Client, Desk.Id(id), desk.App.Company.Owner.Id));

        Assert.Equal("one_invoice_per_estimate", error.ConstraintName);
    }

    private static Task<HttpResponseMessage> ConvertAsync(Desk desk, string id, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{Desk.Estimates}/{id}/convert");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return desk.Owner.SendAsync(request, FieldServiceUnderTest.Stop);
    }
}
