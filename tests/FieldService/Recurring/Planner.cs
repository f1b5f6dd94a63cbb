using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Recurring;
using Outpost.FieldService.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Recurring;

/// <summary>A company that has work which comes round, and its worker. The clock stands at 10:00 on Saturday, November 21, 2026 in New York.</summary>
internal sealed class Planner : IAsyncDisposable
{
    public const string Plans = "/api/v1/job-plans";

    private Planner(FieldServiceUnderTest app, HttpClient owner, Guid client, Guid property) => (App, Owner, Client, Property) = (app, owner, client, property);

    public FieldServiceUnderTest App { get; }
    public HttpClient Owner { get; private set; }
    public Guid Client { get; }
    public Guid Property { get; }

    public static async Task<Planner> OpenAsync(PostgresServer postgres)
    {
        var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        return new(app, await app.SignedInAsync(), client, await app.PropertyAsync(client));
    }

    /// <summary>A form that may be posted; the fields of <paramref name="other"/> instead of its own.</summary>
    public JsonObject Form(object? other = null)
    {
        var form = new JsonObject
        {
            ["client_id"] = Client, ["property_id"] = Property, ["title"] = "Check the boiler", ["duration_minutes"] = 60, ["starts_at_local"] = "2026-11-23T09:00",
            ["rrule"] = "FREQ=WEEKLY", ["technician_ids"] = new JsonArray(App.Company.Tech.Id), ["horizon_days"] = 28,
        };
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(other ?? new { })!.AsObject()) form[name] = value?.DeepClone();
        return form;
    }

    public async Task<string> PlanAsync(object? other = null) => (string)(await (await Owner.PostAsync(Plans, Form(other))).DataAsync(HttpStatusCode.Created))["id"]!;

    /// <summary>Time passes, longer than a session lasts.</summary>
    public async Task WaitAsync(double days)
    {
        App.Clock.Advance(TimeSpan.FromDays(days));
        Owner = await App.SignedInAsync();
    }

    /// <summary>What the worker does when it comes round.</summary>
    public Task<int> WorkAsync() => MakeDueJobs.RunAsync(AtWork(), FieldServiceUnderTest.Stop);

    public AccountAtWork AtWork()
    {
        var owner = App.Company.Owner;
        return new(App.Database.AppSource, new(
            new(App.Company.Account), new(owner.Id), UserRole.Owner, owner.Email, "The worker", App.Company.Name, "America/New_York", "USD", new(Guid.Empty)) { Actor = null }, App.Clock);
    }

    /// <summary>Every visit there is, by start: <c>11-23 14:00 Check the boiler</c> in UTC, with a <c>-</c> where nobody goes.</summary>
    public async Task<string[]> VisitsAsync() => ((string)(await App.ValueAsync("""
        select coalesce(string_agg(to_char(v.scheduled_start at time zone 'UTC', 'MM-DD HH24:MI') || ' ' || j.title || case when v.assigned_user_id is null then ' -' else '' end,
                                   '|' order by v.scheduled_start, j.title), '')
        from visits v join jobs j on j.account_id = v.account_id and j.id = v.job_id
        """))!).Split('|', StringSplitOptions.RemoveEmptyEntries);

    public async Task<JsonNode> GetAsync(string path) => await (await Owner.ReadAsync(path)).DataAsync();

    public async Task<JsonArray> OccurrencesAsync(string plan, string query = "") => (await GetAsync($"{Plans}/{plan}/occurrences?order=asc&limit=100{query}")).AsArray();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
