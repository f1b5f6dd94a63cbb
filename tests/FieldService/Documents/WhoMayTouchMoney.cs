using System.Net;
using System.Net.Http.Json;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

public sealed class WhoMayTouchMoney(PostgresServer postgres)
{
    [Fact]
    public async Task A_technician_may_not_and_nobody_may_without_signing_in()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (estimate, invoice, payment) = await OneOfEachAsync(desk);
        using var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);
        using var nobody = desk.App.Client();

        foreach (var (method, path, body) in Uses(desk.It.Client, estimate, invoice, payment))
        {
            await (await SendAsync(tech, method, path, body)).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
            await (await SendAsync(nobody, method, path, body)).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        }
    }

    [Fact]
    public async Task An_admin_may_do_everything_but_delete()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (estimate, invoice, payment) = await OneOfEachAsync(desk);
        using var admin = await desk.App.SignedInAsync(desk.App.Company.Admin);

        foreach (var (method, path, body) in Uses(desk.It.Client, estimate, invoice, payment))
        {
            var answer = await SendAsync(admin, method, path, body);
            if (method == HttpMethod.Delete) await answer.RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
            else Assert.True(answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or >= HttpStatusCode.InternalServerError), $"{method} {path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task What_belongs_to_another_company_is_not_there_whatever_is_asked()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var (estimate, invoice, payment) = await OneOfEachAsync(desk);
        using var south = await desk.App.SignedInAsync((await desk.App.CompanyAsync("south")).Owner);
        var before = await BooksAsync(desk);

        foreach (var (method, path, body) in Uses(desk.It.Client, estimate, invoice, payment).Where(use => use.Path.Contains('-', StringComparison.Ordinal)))
        {
            await (await SendAsync(south, method, path, body)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        foreach (var list in new[] { Desk.Estimates, Desk.Invoices, $"{Desk.Invoices}?client_id={desk.It.Client}" })
        {
            Assert.Empty((await (await south.ReadAsync(list)).DataAsync()).AsArray());
        }

        Assert.Equal(before, await BooksAsync(desk));
    }

    [Fact]
    public async Task What_is_no_id_is_no_error_of_ours()
    {
        await using var desk = await Desk.OpenAsync(postgres);

        foreach (var (method, path, body) in Uses(desk.It.Client, "x", "x", "x").Where(use => use.Path.Contains("/x", StringComparison.Ordinal)))
        {
            var status = (int)(await SendAsync(desk.Owner, method, path, body)).StatusCode;
            Assert.True(status is 400 or 404, $"{method} {path}: {status}");
        }
    }

    private static (HttpMethod Method, string Path, object? Body)[] Uses(Guid client, string estimate, string invoice, string payment) =>
    [
        (HttpMethod.Get, Desk.Estimates, null),
        (HttpMethod.Post, Desk.Estimates, new { client_id = client }),
        (HttpMethod.Get, $"{Desk.Estimates}/{estimate}", null),
        (HttpMethod.Patch, $"{Desk.Estimates}/{estimate}", new { internal_notes = "x" }),
        (HttpMethod.Post, $"{Desk.Estimates}/{estimate}/transition", new { status = "approved" }),
        (HttpMethod.Post, $"{Desk.Estimates}/{estimate}/convert", null),
        (HttpMethod.Delete, $"{Desk.Estimates}/{estimate}", null),
        (HttpMethod.Get, Desk.Invoices, null),
        (HttpMethod.Post, Desk.Invoices, new { client_id = client }),
        (HttpMethod.Get, $"{Desk.Invoices}/{invoice}", null),
        (HttpMethod.Patch, $"{Desk.Invoices}/{invoice}", new { notes = "x" }),
        (HttpMethod.Post, $"{Desk.Invoices}/{invoice}/transition", new { status = "void" }),
        (HttpMethod.Delete, $"{Desk.Invoices}/{invoice}", null),
        (HttpMethod.Get, $"{Desk.Invoices}/{invoice}/payments", null),
        (HttpMethod.Post, $"{Desk.Invoices}/{invoice}/payments", new { amount_cents = 1, method = "cash" }),
        (HttpMethod.Delete, $"/api/v1/payments/{payment}", null),
    ];

    private static async Task<(string Estimate, string Invoice, string Payment)> OneOfEachAsync(Desk desk)
    {
        var estimate = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        await desk.MovedAsync(Desk.Estimates, estimate, "sent");
        var invoice = await desk.IssuedInvoiceAsync();
        return (estimate, invoice, (string)(await (await desk.PayAsync(invoice, 1)).DataAsync(HttpStatusCode.Created))["payment_id"]!);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, object? body) =>
        client.SendAsync(new(method, path) { Content = body is null ? null : JsonContent.Create(body) }, FieldServiceUnderTest.Stop);

    private static async Task<object?> BooksAsync(Desk desk) => await desk.App.ValueAsync("""
        select (select json_agg(e order by id) from estimates e)::text || (select json_agg(i order by id) from invoices i)::text || (select json_agg(p order by id) from payments p)::text
        """);
}
