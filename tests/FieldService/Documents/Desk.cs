using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>The desk at which estimates and invoices are written: the owner signed in, and a client with a property and a job.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public const string Estimates = "/api/v1/estimates";
    public const string Invoices = "/api/v1/invoices";

    private Desk(FieldServiceUnderTest app, HttpClient owner, For it) => (App, Owner, It) = (app, owner, it);

    /// <summary>What a document is for.</summary>
    internal sealed record For(Guid Client, Guid Property, Guid Job);

    public FieldServiceUnderTest App { get; }
    public HttpClient Owner { get; }
    public For It { get; }

    public static async Task<Desk> OpenAsync(PostgresServer postgres, params (string Key, string Value)[] settings)
    {
        var app = await FieldServiceUnderTest.StartAsync(postgres, settings);
        return new(app, await app.SignedInAsync(), await ForAsync(app, app.Company));
    }

    public static async Task<For> ForAsync(FieldServiceUnderTest app, Company company, string clientName = "Ada Lovelace", string jobStatus = "draft")
    {
        var it = new For(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await app.SqlAsync("insert into clients (account_id, id, name) values ($1, $2, $3)", company.Account, it.Client, clientName);
        await app.SqlAsync("insert into properties (account_id, id, client_id, address) values ($1, $2, $3, '1 Mill Road')", company.Account, it.Property, it.Client);
        await app.SqlAsync("insert into jobs (account_id, id, client_id, property_id, title, status, created_by) values ($1, $2, $3, $4, 'New boiler', $5, $6)",
            company.Account, it.Job, it.Client, it.Property, jobStatus, company.Owner.Id);
        return it;
    }

    public object Paper(long cents = 100_00, decimal rate = 0m, Guid? job = null) => new
    {
        client_id = It.Client,
        job_id = job,
        tax_rate = rate,
        line_items = new[] { new { description = "Boiler", quantity = 1, unit_price_cents = cents } },
    };

    public async Task<string> DraftAsync(string where, object paper)
    {
        var answer = await Owner.PostAsync(where, paper);
        var data = await answer.DataAsync(HttpStatusCode.Created);
        return (string)data["id"]!;
    }

    public Task<HttpResponseMessage> MoveAsync(string where, string id, string status, string? key = null) => Owner.PostAsync($"{where}/{id}/transition", new { status }, key);

    public async Task MovedAsync(string where, string id, string status) => Assert.Equal(HttpStatusCode.OK, (await MoveAsync(where, id, status)).StatusCode);

    public async Task<string> ApprovedEstimateAsync(object? paper = null)
    {
        var id = await DraftAsync(Estimates, paper ?? Paper());
        await MovedAsync(Estimates, id, "sent");
        await MovedAsync(Estimates, id, "approved");
        return id;
    }

    public async Task<string> IssuedInvoiceAsync(long cents = 100_00)
    {
        var id = await DraftAsync(Invoices, Paper(cents));
        await MovedAsync(Invoices, id, "sent");
        return id;
    }

    public Task<HttpResponseMessage> PayAsync(string invoice, long cents, string? key = null) =>
        Owner.PostAsync($"{Invoices}/{invoice}/payments", new { amount_cents = cents, method = "cash" }, key);

    public async Task<JsonNode> GetAsync(string where, string id) => await (await Owner.ReadAsync($"{where}/{id}")).DataAsync();

    public async Task<string> StatusAsync(string where, string id) => (string)(await GetAsync(where, id))["status"]!;

    /// <summary>Sees that the form of the request was refused, by the framework or by a rule.</summary>
    public static async Task InvalidAsync(HttpResponseMessage answer, string what) =>
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest, $"{what}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)}");

    public static Guid Id(string text) => Guid.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Waits until so many of the service's statements wait for a lock.</summary>
    public Task WaitingAsync(int statements) => UntilAsync(waiting => waiting >= statements, $"{statements} statements should wait for a lock.");

    public Task WaitingForNobodyAsync() => UntilAsync(waiting => waiting == 0, "No statement should wait for a lock.");

    private async Task UntilAsync(Func<long, bool> seen, string otherwise)
    {
        for (var tries = 0; tries < 20_000; tries++)
        {
            var waiting = (long)(await App.ValueAsync("select count(*) from pg_stat_activity where datname = current_database() and usename = 'fsm_app' and wait_event_type = 'Lock'"))!;
            if (seen(waiting)) return;
        }

        Assert.Fail(otherwise);
    }

    public async ValueTask DisposeAsync()
    {
        Owner.Dispose();
        await App.DisposeAsync();
    }
}
