using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

/// <summary>Every use of clients, properties, jobs, visits and users, tried by every role and by another company.</summary>
public sealed class WhoMayDoWhat(PostgresServer postgres)
{
    // {id} is a thing of the route's kind; the roles are those that may.
    private static readonly (string Method, string Route, string Roles)[] Uses =
    [
        ("GET", "/api/v1/clients", "owner admin"),
        ("POST", "/api/v1/clients", "owner admin"),
        ("GET", "/api/v1/clients/export", "owner admin"),
        ("GET", "/api/v1/clients/{id}", "owner admin"),
        ("PATCH", "/api/v1/clients/{id}", "owner admin"),
        ("DELETE", "/api/v1/clients/{id}", "owner admin"),
        ("GET", "/api/v1/clients/{id}/properties", "owner admin"),
        ("PUT", "/api/v1/clients/{id}/wishes", "owner admin"),
        ("GET", "/api/v1/properties", "owner admin"),
        ("POST", "/api/v1/properties", "owner admin"),
        ("GET", "/api/v1/properties/export", "owner admin"),
        ("GET", "/api/v1/properties/{id}", "owner admin"),
        ("PATCH", "/api/v1/properties/{id}", "owner admin"),
        ("DELETE", "/api/v1/properties/{id}", "owner admin"),
        ("GET", "/api/v1/jobs", "owner admin tech"),
        ("POST", "/api/v1/jobs", "owner admin"),
        ("GET", "/api/v1/jobs/export", "owner admin"),
        ("GET", "/api/v1/jobs/{id}", "owner admin tech"),
        ("PATCH", "/api/v1/jobs/{id}", "owner admin"),
        ("DELETE", "/api/v1/jobs/{id}", "owner"),
        ("POST", "/api/v1/jobs/{id}/transition", "owner admin"),
        ("GET", "/api/v1/jobs/{id}/visits", "owner admin tech"),
        ("POST", "/api/v1/jobs/{id}/visits", "owner admin"),
        ("GET", "/api/v1/visits", "owner admin tech"),
        ("GET", "/api/v1/visits/export", "owner admin"),
        ("GET", "/api/v1/visits/{id}", "owner admin tech"),
        ("PATCH", "/api/v1/visits/{id}", "owner admin tech"),
        ("POST", "/api/v1/visits/{id}/reschedule", "owner admin"),
        ("POST", "/api/v1/visits/{id}/transition", "owner admin tech"),
        ("GET", "/api/v1/jobs/{id}/profitability", "owner admin"),
        ("GET", "/api/v1/jobs/{id}/pdf", "owner admin tech"),
        ("GET", "/api/v1/visits/{id}/pdf", "owner admin tech"),
        ("POST", "/api/v1/jobs/{id}/billing", "owner admin"),
        ("GET", "/api/v1/visits/{id}/parts", "owner admin tech"),
        ("POST", "/api/v1/visits/{id}/parts", "owner admin tech"),
        ("POST", "/api/v1/visits/{id}/timer", "owner admin tech"),
        ("GET", "/api/v1/visits/{id}/photos", "owner admin tech"),
        ("POST", "/api/v1/visits/{id}/photos", "owner admin tech"),
        ("GET", "/api/v1/visits/{id}/signatures", "owner admin tech"),
        ("POST", "/api/v1/visits/{id}/signatures", "owner admin tech"),
        ("GET", "/api/v1/visits/{id}/checklists", "owner admin tech"),
        ("PUT", "/api/v1/visits/{id}/checklists/{checklist}", "owner admin tech"),
        ("GET", "/api/v1/users/{id}/labour-rates", "owner admin"),
        ("POST", "/api/v1/users/{id}/labour-rates", "owner admin"),
        ("GET", "/api/v1/users", "owner admin"),
        ("POST", "/api/v1/users", "owner admin"),
        ("GET", "/api/v1/users/{id}", "owner admin"),
        ("PATCH", "/api/v1/users/{id}", "owner admin"),
        ("POST", "/api/v1/users/{id}/deactivation", "owner admin"),
        ("DELETE", "/api/v1/users/{id}/deactivation", "owner admin"),
        ("GET", "/api/v1/users/{id}/calendar-feed", "owner admin"),
        ("POST", "/api/v1/users/{id}/calendar-feed", "owner admin"),
        ("DELETE", "/api/v1/users/{id}/calendar-feed", "owner admin"),
        ("GET", "/api/v1/users/{id}/working-hours", "owner admin tech"),
        ("PUT", "/api/v1/users/{id}/working-hours", "owner admin"),
        ("DELETE", "/api/v1/users/{id}/working-hours", "owner admin"),
        ("POST", "/api/v1/users/{id}/password-reset", "owner admin"),
        ("GET", "/api/v1/users/invitations", "owner admin"),
        ("POST", "/api/v1/users/invitations", "owner admin"),
        ("POST", "/api/v1/users/invitations/{id}/resend", "owner admin"),
        ("DELETE", "/api/v1/users/invitations/{id}", "owner admin"),
        ("POST", "/api/v1/auth/password", "owner admin tech"),
    ];

    [Fact]
    public async Task No_use_is_missing_from_the_table()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        string[] kinds = ["clients", "properties", "jobs", "visits", "users"];

        var routes = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .Select(endpoint => $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} /{endpoint.RoutePattern.RawText!.Trim('/')}")
            .Where(route => kinds.Any(kind => $"{route}/".Contains($" /api/v1/{kind}/", StringComparison.Ordinal)));

        Assert.Equal(Uses.Where(use => !use.Route.Contains("/auth/", StringComparison.Ordinal)).Select(use => $"{use.Method} {use.Route}").Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Whose_role_it_is_not_is_refused_and_whose_it_is_comes_through()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var things = await ThingsAsync(app, app.Company, app.Company.Tech);

        foreach (var (role, person) in new[] { ("owner", app.Company.Owner), ("admin", app.Company.Admin), ("tech", app.Company.Tech) })
        {
            var client = await app.SignedInAsync(person);
            foreach (var use in Uses)
            {
                var status = (await SendAsync(client, use.Method, Path(use.Route, things))).StatusCode;
                var refused = !use.Roles.Split(' ').Contains(role);
                // The body is empty on purpose: whoever may, is told what is missing, and nothing is changed for the others.
                Assert.True(refused == status is HttpStatusCode.Forbidden, $"{role} {use.Method} {use.Route}: {(int)status}");
                Assert.True(status is not HttpStatusCode.InternalServerError, $"{role} {use.Method} {use.Route}: {(int)status}");
                if (use.Method is "DELETE" or "POST") await RestoreAsync(app, things);
            }
        }
    }

    [Fact]
    public async Task Nobody_comes_through_without_signing_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var things = await ThingsAsync(app, app.Company, app.Company.Tech);
        var client = app.Client();

        foreach (var use in Uses)
        {
            await (await SendAsync(client, use.Method, Path(use.Route, things))).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        }
    }

    [Fact]
    public async Task What_belongs_to_another_company_does_not_exist()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var south = await app.CompanyAsync("south");
        var (theirs, ours) = (await ThingsAsync(app, south, south.Tech), await ThingsAsync(app, app.Company, app.Company.Tech));
        var before = await AllAsync(app, south);
        var owner = await app.SignedInAsync();

        foreach (var use in Uses.Where(use => use.Route.Contains("{id}", StringComparison.Ordinal)))
        {
            object body = use switch
            {
                (_, "/api/v1/jobs/{id}/transition", _) => new { status = "scheduled" },
                (_, "/api/v1/visits/{id}/transition", _) => new { status = "arrived" },
                (_, "/api/v1/users/{id}/working-hours", _) => new { hours = Array.Empty<object>() },
                (_, "/api/v1/jobs/{id}/visits", _) => new { scheduled_start = Preparing.Morning, scheduled_end = Preparing.Morning.AddHours(1) },
                (_, "/api/v1/visits/{id}/parts", _) => new { description = "Taken", quantity = 1 },
                (_, "/api/v1/visits/{id}/timer", _) => new { kind = "work" },
                (_, "/api/v1/visits/{id}/photos", _) => new { content = Jpeg.Of(8, 6), thumbnail = Jpeg.Of(4, 3) },
                (_, "/api/v1/visits/{id}/signatures", _) => new { role = "client", name = "Taken" },
                (_, "/api/v1/visits/{id}/checklists/{checklist}", _) => new { answers = Array.Empty<object>() },
                (_, "/api/v1/users/{id}/labour-rates", _) => new { effective_on = "2026-01-01", cost_cents = 1 },
                _ => new { name = "Taken", title = "Taken", full_name = "Taken", tech_notes = "Taken", address = "Taken" },
            };
            await (await SendAsync(owner, use.Method, Path(use.Route, theirs), body)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        foreach (var (method, path, body) in new (string, string, object)[]
        {
            ("POST", "/api/v1/properties", new { client_id = theirs["clients"], address = "x" }),
            ("PATCH", $"/api/v1/properties/{ours["properties"]}", new { client_id = theirs["clients"] }),
            ("POST", "/api/v1/jobs", new { client_id = theirs["clients"], title = "x" }),
            ("POST", "/api/v1/jobs", new { client_id = ours["clients"], property_id = theirs["properties"], title = "x" }),
            ("PATCH", $"/api/v1/jobs/{ours["jobs"]}", new { client_id = theirs["clients"] }),
            ("PATCH", $"/api/v1/jobs/{ours["jobs"]}", new { property_id = theirs["properties"] }),
            ("POST", $"/api/v1/jobs/{ours["jobs"]}/visits", new { scheduled_start = Preparing.Morning, scheduled_end = Preparing.Morning.AddHours(1), assigned_user_id = south.Tech.Id }),
            ("PATCH", $"/api/v1/visits/{ours["visits"]}", new { assigned_user_id = south.Tech.Id }),
        })
        {
            await (await SendAsync(owner, method, path, body)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        foreach (var list in new[] { "clients", "properties", "jobs", "visits" })
        {
            var row = Assert.Single((await (await owner.ReadAsync($"/api/v1/{list}?q=")).DataAsync()).AsArray());
            Assert.Equal(ours[list], (Guid?)row!["id"]);
        }

        foreach (var filter in new[] { $"properties?client_id={theirs["clients"]}", $"jobs?client_id={theirs["clients"]}", $"visits?assigned_user_id={south.Tech.Id}" })
        {
            Assert.Empty((await (await owner.ReadAsync($"/api/v1/{filter}")).DataAsync()).AsArray());
        }

        Assert.Equal(before, await AllAsync(app, south));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, object? body = null) => client.SendAsync(
        new HttpRequestMessage(new HttpMethod(method), path) { Content = method is "POST" or "PATCH" or "PUT" ? JsonContent.Create(body ?? new { }) : null }, FieldServiceUnderTest.Stop);

    private static string Path(string route, Dictionary<string, Guid> things) =>
        route.Contains("{id}", StringComparison.Ordinal)
            ? route.Replace("{id}", things[route.Split('/')[3]].ToString(), StringComparison.Ordinal).Replace("{checklist}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal)
            : route;

    private static async Task<Dictionary<string, Guid>> ThingsAsync(FieldServiceUnderTest app, Company company, Person technician)
    {
        var client = await app.ClientAsync(of: company);
        var job = await app.JobAsync(client: client, of: company);
        return new()
        {
            ["clients"] = client,
            ["properties"] = await app.PropertyAsync(client, of: company),
            ["jobs"] = job,
            ["visits"] = await app.VisitAsync(job, technician, of: company),
            ["users"] = company.Tech.Id,
        };
    }

    // A use that came through may have taken something away that the next one needs.
    private static async Task RestoreAsync(FieldServiceUnderTest app, Dictionary<string, Guid> things)
    {
        var (account, owner) = (app.Company.Account, app.Company.Owner.Id);
        await app.SqlAsync("insert into clients (account_id, id, name) values ($1, $2, 'Ada') on conflict do nothing", account, things["clients"]);
        await app.SqlAsync("insert into properties (account_id, id, client_id, address) values ($1, $2, $3, 'x') on conflict do nothing", account, things["properties"], things["clients"]);
        await app.SqlAsync("insert into jobs (account_id, id, client_id, title, created_by) values ($1, $2, $3, 'x', $4) on conflict do nothing", account, things["jobs"], things["clients"], owner);
        await app.SqlAsync("""
            insert into visits (account_id, id, job_id, assigned_user_id, scheduled_start, scheduled_end, is_double_booked) values ($1, $2, $3, $4, now(), now() + interval '1 hour', true) on conflict do nothing
            """, account, things["visits"], things["jobs"], app.Company.Tech.Id);
        await app.SqlAsync("update users set deactivated_at = null where id = $1", things["users"]);
    }

    private static async Task<string> AllAsync(FieldServiceUnderTest app, Company company) => (string)(await app.ValueAsync("""
        select concat((select jsonb_agg(t) from clients t where account_id = $1), (select jsonb_agg(t) from properties t where account_id = $1),
                      (select jsonb_agg(t) from jobs t where account_id = $1), (select jsonb_agg(t) from visits t where account_id = $1),
                      (select jsonb_agg(t) from users t where account_id = $1), (select count(*) from audit_log where account_id = $1))
        """, company.Account))!;
}
