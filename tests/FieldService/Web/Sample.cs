using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Outpost.FieldService.Tests.Web;

/// <summary>One of everything, named so that it can be found again, and a well-formed body for every route that takes one.</summary>
internal static class Sample
{
    /// <summary>By the segment of a path that stands before an id: <c>clients</c>, <c>jobs</c> …</summary>
    public static async Task<IReadOnlyDictionary<string, Guid>> FillAsync(FieldServiceUnderTest app)
    {
        var owner = await app.SignedInAsync();
        var client = await MadeAsync(owner, "/api/v1/clients", new { name = "North client" });
        var property = await MadeAsync(owner, "/api/v1/properties", new { client_id = client, address = "1 North Street" });
        var job = await MadeAsync(owner, "/api/v1/jobs", new { client_id = client, property_id = property, title = "North job" });
        var visit = await MadeAsync(owner, $"/api/v1/jobs/{job}/visits", new
        {
            scheduled_start = "2026-11-23T14:00:00Z", scheduled_end = "2026-11-23T15:00:00Z", assigned_user_id = app.Company.Tech.Id,
        });
        var estimate = await MadeAsync(owner, "/api/v1/estimates", new { client_id = client, job_id = job, tax_rate = 8.25, line_items = Lines });
        var invoice = await MadeAsync(owner, "/api/v1/invoices", new { client_id = client, job_id = job, tax_rate = 8.25, line_items = Lines });
        await (await owner.PostAsync($"/api/v1/invoices/{invoice}/transition", new { status = "sent" })).OkAsync();
        var payment = await MadeAsync(owner, $"/api/v1/invoices/{invoice}/payments", new { amount_cents = 100, method = "cash" });
        var writtenOff = await (await owner.PostAsync($"/api/v1/invoices/{invoice}/write-off", new { reason = "North is broke", amount_cents = 1 })).OkAsync(HttpStatusCode.Created);
        var over = await MadeAsync(owner, "/api/v1/invoices", new { client_id = client, line_items = Lines });
        await (await owner.PostAsync($"/api/v1/invoices/{over}/transition", new { status = "sent" })).OkAsync();
        await (await owner.PostAsync($"/api/v1/invoices/{over}/payments", new { amount_cents = 10_100, method = "cash", overpayment = "credit" })).OkAsync(HttpStatusCode.Created);
        var credit = (Guid)(await (await owner.ReadAsync("/api/v1/credits")).OkAsync())["data"]![0]!["id"]!;

        var key = (Guid)(await (await owner.PostAsync("/api/v1/api-keys", new { name = "North key", scopes = new[] { "jobs:read" } })).OkAsync(HttpStatusCode.Created))["data"]!["api_key"]!["id"]!;
        var absence = await MadeAsync(owner, "/api/v1/absences", new { user_id = app.Company.Tech.Id, kind = "training", first_day = "2026-12-01", last_day = "2026-12-02", note = "North course" });
        await (await owner.PutAsJsonAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", Body("PUT", "working-hours"), FieldServiceUnderTest.Stop)).OkAsync();

        var rate = await MadeAsync(owner, "/api/v1/tax-rates", new { name = "North tax", rate = 4 });
        var group = await MadeAsync(owner, "/api/v1/tax-groups", new { name = "North taxes", tax_rate_ids = new[] { rate } });
        var plan = await MadeAsync(owner, "/api/v1/job-plans", new
        {
            client_id = client, property_id = property, title = "North plan", duration_minutes = 60, starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY",
        });
        var invoicePlan = await MadeAsync(owner, "/api/v1/invoice-plans", new
        {
            title = "North plan", invoice = new { client_id = client, line_items = Lines }, starts_at_local = "2026-12-01T08:00", rrule = "FREQ=MONTHLY",
        });

        return new Dictionary<string, Guid>
        {
            ["clients"] = client,
            ["properties"] = property,
            ["jobs"] = job,
            ["visits"] = visit,
            ["estimates"] = estimate,
            ["invoices"] = invoice,
            ["payments"] = payment,
            ["ledger"] = (Guid)writtenOff["data"]!["entry_id"]!,
            ["credits"] = credit,
            ["users"] = app.Company.Tech.Id,
            ["api-keys"] = key,
            ["absences"] = absence,
            ["tax-rates"] = rate,
            ["tax-groups"] = group,
            ["job-plans"] = plan,
            ["invoice-plans"] = invoicePlan,
        };
    }

    public static object Body(string method, string pattern) => (method, pattern.TrimEnd('/').Split('/')[^1]) switch
    {
        ("POST", "transition") when pattern.Contains("plans", StringComparison.Ordinal) => new { status = "paused" },
        ("POST", "invoice-plans") => new
        {
            title = "Another", invoice = new { client_id = Guid.CreateVersion7(), line_items = Lines }, starts_at_local = "2026-12-01T08:00", rrule = "FREQ=MONTHLY",
        },
        ("POST", "job-plans") => new
        {
            client_id = Guid.CreateVersion7(), title = "Another", duration_minutes = 60, starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY",
        },
        ("POST", "preview") when pattern.Contains("plans", StringComparison.Ordinal) => new { starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY" },
        ("POST", "following") => new { title = "Changed" },
        ("POST", "exceptions") => new { occurs_at_local = "2026-11-30T09:00", skip = true },
        ("POST", "transition") => new { status = pattern.Contains("jobs", StringComparison.Ordinal) ? "scheduled" : pattern.Contains("visits", StringComparison.Ordinal) ? "arrived" : "sent" },
        ("POST", "convert" or "calendar-feed" or "logout" or "deactivation" or "deactivate" or "revocation" or "rotation") => new { },
        ("POST", "reschedule") => new { scheduled_start = "2026-11-24T14:00:00Z" },
        ("POST", "tax-rates") => new { name = "Another", rate = 1.25 },
        ("POST", "tax-groups") => new { name = "Another", tax_rate_ids = new[] { Guid.CreateVersion7() } },
        ("POST", "preview") => new { line_items = Lines },
        ("POST", "revisions") => new { notes = "Changed" },
        ("PATCH", _) when pattern.Contains("/tax-", StringComparison.Ordinal) => new { name = "Changed" },
        ("POST", "payments" or "deposits" or "refunds") => new { amount_cents = 100, method = "cash" },
        ("POST", "credit-applications") => new { amount_cents = 100 },
        ("POST", "write-off" or "reversal") => new { reason = "Written in a hurry" },
        ("POST", "visits") => new { scheduled_start = "2026-11-24T14:00:00Z", scheduled_end = "2026-11-24T15:00:00Z" },
        ("POST", "password") => new { current_password = "some password", new_password = "another password" },
        ("POST", "login") => new { email = "nobody@north.test", password = "some password" },
        ("POST", "api-keys") => new { name = "Another", scopes = new[] { "jobs:read" } },
        ("POST", "absences") => new { user_id = Guid.CreateVersion7(), kind = "sick", starts_at = "2026-11-24T14:00:00Z", ends_at = "2026-11-25T14:00:00Z" },
        ("PUT", "working-hours") => new { hours = new[] { new { day = "monday", from = "08:00", to = "12:00" } } },
        ("POST", "clients") => new { name = "Another" },
        ("POST", "properties") => new { client_id = Guid.CreateVersion7(), address = "2 Street" },
        ("POST", "jobs") => new { client_id = Guid.CreateVersion7(), title = "Another" },
        ("POST", "estimates" or "invoices") => new { client_id = Guid.CreateVersion7(), line_items = Lines },
        ("POST", "users") => new { email = "another@north.test", full_name = "Another", role = "tech", password = "some password" },
        ("PATCH", _) when pattern.Contains("users", StringComparison.Ordinal) => new { full_name = "Changed" },
        ("PATCH", _) when pattern.Contains("visits", StringComparison.Ordinal) => new { tech_notes = "Changed" },
        ("PATCH", _) when pattern.Contains("api-keys", StringComparison.Ordinal) => new { name = "Changed" },
        ("PATCH", _) => new { notes = "Changed" },
        _ => throw new InvalidOperationException($"No sample body for {method} {pattern}: add one."),
    };

    private static object[] Lines => [new { description = "Work", quantity = 2, unit_price_cents = 5_000 }];

    private static async Task<Guid> MadeAsync(HttpClient client, string path, object body)
    {
        var answer = await (await client.PostAsync(path, body)).OkAsync(HttpStatusCode.Created);
        return (Guid)(answer["id"] ?? answer["data"]!["id"] ?? answer["data"]!["payment_id"])!;
    }

    private static async Task<JsonNode> OkAsync(this HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body)!;
    }
}
