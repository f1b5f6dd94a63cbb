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
        var client = await MadeAsync(owner, "/api/v1/clients", new { name = "North client", email = "client@north.test" });
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
        var item = await MadeAsync(owner, "/api/v1/price-book", new { kind = "material", code = "NORTH-1", name = "North tap", unit_cost = "8.50", unit_price = "12.50" });
        var part = await MadeAsync(owner, $"/api/v1/visits/{visit}/parts", new { price_book_item_id = item, quantity = 1 });
        var time = await MadeAsync(owner, "/api/v1/time-entries", new { visit_id = visit, kind = "work", started_at = "2026-11-20T14:00:00Z", ended_at = "2026-11-20T15:00:00Z" });
        var expense = await MadeAsync(owner, "/api/v1/expenses", new { category = "fuel", amount_cents = 5_000, spent_on = "2026-11-20", vendor = "North fuel", job_id = job });
        var writtenOff = await (await owner.PostAsync($"/api/v1/invoices/{invoice}/write-off", new { reason = "North is broke", amount_cents = 1 })).OkAsync(HttpStatusCode.Created);
        var over = await MadeAsync(owner, "/api/v1/invoices", new { client_id = client, line_items = Lines });
        await (await owner.PostAsync($"/api/v1/invoices/{over}/transition", new { status = "sent" })).OkAsync();
        await (await owner.PostAsync($"/api/v1/invoices/{over}/payments", new { amount_cents = 10_100, method = "cash", overpayment = "credit" })).OkAsync(HttpStatusCode.Created);
        var note = await MadeAsync(owner, $"/api/v1/invoices/{over}/credit-notes", new { reason = "North was overcharged" });
        var credit = (Guid)(await (await owner.ReadAsync("/api/v1/credits")).OkAsync())["data"]![0]!["id"]!;

        var key = (Guid)(await (await owner.PostAsync("/api/v1/api-keys", new { name = "North key", scopes = new[] { "jobs:read" } })).OkAsync(HttpStatusCode.Created))["data"]!["api_key"]!["id"]!;
        var absence = await MadeAsync(owner, "/api/v1/absences", new { user_id = app.Company.Tech.Id, kind = "training", first_day = "2026-12-01", last_day = "2026-12-02", note = "North course" });
        await (await owner.PutAsJsonAsync($"/api/v1/users/{app.Company.Tech.Id}/working-hours", Body("PUT", "working-hours"), FieldServiceUnderTest.Stop)).OkAsync();

        var rate = await MadeAsync(owner, "/api/v1/tax-rates", new { name = "North tax", rate = 4 });
        var group = await MadeAsync(owner, "/api/v1/tax-groups", new { name = "North taxes", tax_rate_ids = new[] { rate } });
        var invoicePlan = await MadeAsync(owner, "/api/v1/invoice-plans", new
        {
            title = "North plan", invoice = new { client_id = client, line_items = Lines }, starts_at_local = "2026-12-01T08:00", rrule = "FREQ=MONTHLY",
        });
        var plan = await MadeAsync(owner, "/api/v1/job-plans", new
        {
            client_id = client, property_id = property, title = "North plan", duration_minutes = 60, starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY",
        });

        var webhook = (Guid)(await (await owner.PostAsync("/api/v1/webhooks", new { url = "https://north.invalid/hook" })).OkAsync(HttpStatusCode.Created))["data"]!["webhook"]!["id"]!;
        var delivery = (Guid)(await (await owner.PostAsync($"/api/v1/webhooks/{webhook}/ping", new { })).OkAsync(HttpStatusCode.Accepted))["data"]!["id"]!;
        await (await owner.PatchAsync($"/api/v1/webhooks/{webhook}", new { enabled = false })).OkAsync();
        var automation = await MadeAsync(owner, "/api/v1/automations", new { type = "visit_reminder" });
        var message = Guid.CreateVersion7();
        await app.SqlAsync("""
            insert into messages (account_id, id, rule, subject_type, subject_id, occurrence, channel, client_id, recipient, next_attempt_at, expires_at)
            values ($1, $2, 'visit_reminder', 'visit', $3, 'north', 'email', $4, 'north@north.test', now(), now())
            """, app.Company.Account, message, visit, client);

        var checklist = await MadeAsync(owner, "/api/v1/checklists", new { name = "North list", items = new[] { "North pressure:" } });
        await (await owner.PutAsJsonAsync($"/api/v1/visits/{visit}/checklists/{checklist}", Body("PUT", "/api/v1/visits/{id}/checklists/{checklist}"), FieldServiceUnderTest.Stop)).OkAsync();
        var photo = await MadeAsync(owner, $"/api/v1/visits/{visit}/photos", new { content = Jpeg.Of(8, 6), thumbnail = Jpeg.Of(4, 3), caption = "North tap" });
        var invitation = await MadeAsync(owner, "/api/v1/users/invitations", new { email = "invited@north.test", full_name = "North guest", role = "tech" });

        return new Dictionary<string, Guid>
        {
            ["absences"] = absence,
            ["api-keys"] = key,
            ["automations"] = automation,
            ["checklists"] = checklist,
            ["clients"] = client,
            ["credit-notes"] = note,
            ["credits"] = credit,
            ["estimates"] = estimate,
            ["expenses"] = expense,
            ["invitations"] = invitation,
            ["invoice-plans"] = invoicePlan,
            ["invoices"] = invoice,
            ["job-plans"] = plan,
            ["jobs"] = job,
            ["ledger"] = (Guid)writtenOff["data"]!["entry_id"]!,
            // Named by what it is for; an id is none of those.
            ["message-templates"] = Guid.CreateVersion7(),
            ["messages"] = message,
            ["parts"] = part,
            ["payments"] = payment,
            ["people"] = app.Company.Tech.Id,
            ["photos"] = photo,
            ["plans"] = plan,
            ["price-book"] = item,
            ["share"] = client,
            ["templates"] = Guid.CreateVersion7(),
            ["properties"] = property,
            ["tax-groups"] = group,
            ["tax-rates"] = rate,
            ["time-entries"] = time,
            ["users"] = app.Company.Tech.Id,
            ["visits"] = visit,
            ["webhook-deliveries"] = delivery,
            ["webhooks"] = webhook,
        };
    }

    public static object Body(string method, string pattern) => (method, pattern.TrimEnd('/').Split('/')[^1]) switch
    {
        ("POST", "archival" or "billing" or "calendar-feed" or "cancel" or "convert" or "deactivate" or "deactivation" or "letters" or "logout" or "password-reset" or "ping" or "resend" or "retry"
            or "revocation" or "rotation" or "run" or "stop") => new { },
        ("PUT", "receipt" or "logo") => new { },
        ("PUT", "wishes") => new { email = true },
        ("POST", "absences") => new { user_id = Guid.CreateVersion7(), kind = "sick", starts_at = "2026-11-24T14:00:00Z", ends_at = "2026-11-25T14:00:00Z" },
        ("POST", "api-keys") => new { name = "Another", scopes = new[] { "jobs:read" } },
        ("POST", "automations") => new { type = "visit_reminder" },
        ("POST", "checklists") => new { name = "Another", items = new[] { "Another" } },
        ("POST", "photos") => new { content = Jpeg.Of(8, 6), thumbnail = Jpeg.Of(4, 3) },
        ("POST", "signatures") => new { role = "client", name = "Another" },
        ("PUT", _) when pattern.Contains("checklists", StringComparison.Ordinal) => new { answers = new[] { new { item = "North pressure:", value = "2 bar" } } },
        ("PATCH", _) when pattern.Contains("checklists", StringComparison.Ordinal) => new { name = "Changed" },
        ("POST", "clients") => new { name = "Another" },
        ("POST", "credit-applications") => new { amount_cents = 100 },
        ("POST", "credit-notes" or "reversal" or "write-off") => new { reason = "Written in a hurry" },
        ("POST", "deposits" or "payments" or "refunds") => new { amount_cents = 100, method = "cash" },
        ("POST", "estimates" or "invoices") => new { client_id = Guid.CreateVersion7(), line_items = Lines },
        ("POST", "exceptions") => new { occurs_at_local = "2026-11-30T09:00", skip = true },
        ("POST", "expenses") => new { category = "fuel", amount_cents = 100, spent_on = "2026-11-20" },
        ("POST", "following") => new { title = "Changed" },
        ("POST", "invitation") => new { token = "nobody's", full_name = "Nobody", password = "some password" },
        ("POST", "invitations") => new { email = "someone@north.test", full_name = "Someone", role = "tech" },
        ("POST", "invoice-plans") => new
        {
            title = "Another", invoice = new { client_id = Guid.CreateVersion7(), line_items = Lines }, starts_at_local = "2026-12-01T08:00", rrule = "FREQ=MONTHLY",
        },
        ("POST", "job-plans") => new
        {
            client_id = Guid.CreateVersion7(), title = "Another", duration_minutes = 60, starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY",
        },
        ("POST", "jobs") => new { client_id = Guid.CreateVersion7(), title = "Another" },
        ("POST", "labour-rates") => new { effective_on = "2026-01-01", cost_cents = 3_000 },
        ("POST", "login") => new { email = "nobody@north.test", password = "some password" },
        ("POST", "parts") => new { description = "Another", quantity = 1 },
        ("POST", "password") => new { current_password = "some password", new_password = "another password" },
        ("POST", "preview") when pattern.Contains("automations", StringComparison.Ordinal) => new { type = "visit_reminder" },
        ("POST", "preview") when pattern.Contains("plans", StringComparison.Ordinal) => new { starts_at_local = "2026-11-30T09:00", rrule = "FREQ=WEEKLY" },
        ("POST", "preview") when pattern.Contains("templates", StringComparison.Ordinal) => new { title = "Another", body_text = "Another" },
        ("POST", "preview") => new { line_items = Lines },
        ("POST", "price-book") => new { kind = "service", code = "ANOTHER", name = "Another", unit_price = 1 },
        ("POST", "properties") => new { client_id = Guid.CreateVersion7(), address = "2 Street" },
        ("POST", "redelivery") when pattern.Contains("deliveries", StringComparison.Ordinal) => new { },
        ("POST", "redelivery") => new { since = "2026-01-01T00:00:00Z" },
        ("POST", "reschedule") => new { scheduled_start = "2026-11-24T14:00:00Z" },
        ("POST", "revisions") => new { notes = "Changed" },
        ("POST", "tax-groups") => new { name = "Another", tax_rate_ids = new[] { Guid.CreateVersion7() } },
        ("POST", "tax-rates") => new { name = "Another", rate = 1.25 },
        ("POST", "time-entries") => new { kind = "break", started_at = "2026-11-19T14:00:00Z", ended_at = "2026-11-19T15:00:00Z" },
        ("POST", "timer") => new { kind = "work" },
        ("POST", "transition") when pattern.Contains("plans", StringComparison.Ordinal) => new { status = "paused" },
        ("POST", "transition") => new { status = pattern.Contains("jobs", StringComparison.Ordinal) ? "scheduled" : pattern.Contains("visits", StringComparison.Ordinal) ? "arrived" : "sent" },
        ("POST", "users") => new { email = "another@north.test", full_name = "Another", role = "tech", password = "some password" },
        ("POST", "visits") => new { scheduled_start = "2026-11-24T14:00:00Z", scheduled_end = "2026-11-24T15:00:00Z" },
        ("POST", "webhooks") => new { url = "https://north.invalid/another" },
        ("PUT", "working-hours") => new { hours = new[] { new { day = "monday", from = "08:00", to = "12:00" } } },
        ("PUT", _) when pattern.Contains("templates", StringComparison.Ordinal) => new { title = "Another", body_text = "Another" },
        ("PATCH", "account") => new { name = "Changed" },
        ("PATCH", _) when pattern.Contains("api-keys", StringComparison.Ordinal) || pattern.Contains("/tax-", StringComparison.Ordinal) => new { name = "Changed" },
        ("PATCH", _) when pattern.Contains("automations", StringComparison.Ordinal) => new { enabled = false },
        ("PATCH", _) when pattern.Contains("users", StringComparison.Ordinal) => new { full_name = "Changed" },
        ("PATCH", _) when pattern.Contains("visits", StringComparison.Ordinal) => new { tech_notes = "Changed" },
        ("PATCH", _) when pattern.Contains("webhooks", StringComparison.Ordinal) || pattern.Contains("/jobs/", StringComparison.Ordinal) => new { description = "Changed" },
        ("PATCH", _) when pattern.Contains("absences", StringComparison.Ordinal) || pattern.Contains("time-entries", StringComparison.Ordinal) => new { note = "Changed" },
        ("PATCH", _) when pattern.Contains("expenses", StringComparison.Ordinal) => new { vendor = "Changed" },
        ("PATCH", _) when pattern.Contains("parts", StringComparison.Ordinal) || pattern.Contains("price-book", StringComparison.Ordinal) => new { description = "Changed" },
        ("PATCH", _) when pattern.Contains("plans", StringComparison.Ordinal) => new { title = "Changed" },
        ("PATCH", _) => new { notes = "Changed" },
        _ => throw new InvalidOperationException($"No sample body for {method} {pattern}: add one."),
    };

    private static object[] Lines => [new { description = "Work", quantity = 2, unit_price_cents = 5_000 }];

    private static async Task<Guid> MadeAsync(HttpClient client, string path, object body)
    {
        var answer = await (await client.PostAsync(path, body)).OkAsync(HttpStatusCode.Created);
        return (Guid)(answer["id"] ?? answer["data"]!["id"] ?? answer["data"]!["invitation"]?["id"] ?? answer["data"]!["payment_id"])!;
    }

    private static async Task<JsonNode> OkAsync(this HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.True(answer.StatusCode == expected, $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return JsonNode.Parse(body)!;
    }
}
