using System.Net;
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

        var invitation = await MadeAsync(owner, "/api/v1/users/invitations", new { email = "invited@north.test", full_name = "North guest", role = "tech" });

        return new Dictionary<string, Guid>
        {
            ["invitations"] = invitation,
            ["clients"] = client, ["properties"] = property, ["jobs"] = job, ["visits"] = visit,
            ["estimates"] = estimate, ["invoices"] = invoice, ["payments"] = payment, ["users"] = app.Company.Tech.Id,
        };
    }

    public static object Body(string method, string pattern) => (method, pattern.TrimEnd('/').Split('/')[^1]) switch
    {
        ("POST", "transition") => new { status = pattern.Contains("jobs", StringComparison.Ordinal) ? "scheduled" : pattern.Contains("visits", StringComparison.Ordinal) ? "arrived" : "sent" },
        ("POST", "convert") or ("POST", "logout") or ("POST", "deactivation") or ("POST", "deactivate") => new { },
        ("POST", "payments") => new { amount_cents = 100, method = "cash" },
        ("POST", "visits") => new { scheduled_start = "2026-11-24T14:00:00Z", scheduled_end = "2026-11-24T15:00:00Z" },
        ("POST", "password") => new { current_password = "some password", new_password = "another password" },
        ("POST", "login") => new { email = "nobody@north.test", password = "some password" },
        ("POST", "password-reset" or "resend") => new { },
        ("POST", "invitations") => new { email = "someone@north.test", full_name = "Someone", role = "tech" },
        ("POST", "invitation") => new { token = "nobody's", full_name = "Nobody", password = "some password" },
        ("PATCH", "account") => new { name = "Changed" },
        ("PATCH", _) when pattern.Contains("users", StringComparison.Ordinal) => new { full_name = "Changed" },
        ("PATCH", _) when pattern.Contains("visits", StringComparison.Ordinal) => new { tech_notes = "Changed" },
        ("PATCH", _) when pattern.Contains("/jobs/", StringComparison.Ordinal) => new { description = "Changed" },
        ("PATCH", _) => new { notes = "Changed" },
        ("POST", "clients") => new { name = "Another" },
        ("POST", "properties") => new { client_id = Guid.CreateVersion7(), address = "2 Street" },
        ("POST", "jobs") => new { client_id = Guid.CreateVersion7(), title = "Another" },
        ("POST", "estimates" or "invoices") => new { client_id = Guid.CreateVersion7(), line_items = Lines },
        ("POST", "users") => new { email = "another@north.test", full_name = "Another", role = "tech", password = "some password" },
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
