using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Outpost.FieldService.Tests.Visits;

/// <summary>The office at its board: books and moves visits over the API, and adds people to send.</summary>
internal static class Dispatch
{
    /// <summary>A Monday, at nine in the morning in New York.</summary>
    public static readonly DateTimeOffset Nine = Preparing.Morning;

    public static Task<HttpResponseMessage> BookAsync(
        this HttpClient office, Guid job, DateTimeOffset start, double hours, IEnumerable<Person>? technicians = null, string? reason = null, string? key = null) =>
        office.PostAsync($"/api/v1/jobs/{job}/visits", Body(start, start.AddHours(hours), technicians, reason), key);

    public static async Task<Guid> BookedAsync(this HttpClient office, Guid job, DateTimeOffset start, double hours, params Person[] technicians) =>
        (Guid)(await (await office.BookAsync(job, start, hours, technicians)).DataAsync(HttpStatusCode.Created))["id"]!;

    public static Task<HttpResponseMessage> MoveAsync(
        this HttpClient office, Guid visit, DateTimeOffset? start, IEnumerable<Person>? technicians = null, string? reason = null, string? key = null) =>
        office.PostAsync($"/api/v1/visits/{visit}/reschedule", Body(start, null, technicians, reason), key);

    public static Task<HttpResponseMessage> TransitionAsync(this HttpClient client, Guid visit, string status) =>
        client.PostAsync($"/api/v1/visits/{visit}/transition", new { status });

    public static Task<HttpResponseMessage> PutAsync(this HttpClient client, string path, object body) => client.PutAsJsonAsync(path, body, FieldServiceUnderTest.Stop);

    /// <summary>Another technician of the company.</summary>
    public static async Task<Person> TechnicianAsync(this FieldServiceUnderTest app, string name)
    {
        var person = new Person(Guid.CreateVersion7(), $"{name}@{app.Company.Name}.test");
        await app.SqlAsync("""
            insert into users (account_id, id, email, full_name, password_hash, role)
            select account_id, $2, $3, $4, password_hash, 'tech' from users where id = $1
            """, app.Company.Owner.Id, person.Id, person.Email, name);
        return person;
    }

    public static Task<int> SetAsync(this FieldServiceUnderTest app, string settings) =>
        app.SqlAsync("update accounts set settings = $2::jsonb where id = $1", app.Company.Account, settings);

    /// <summary>Pairs of open visits of one technician that overlap although neither was booked over the other on purpose.</summary>
    public static async Task<long> OverlapsAsync(this FieldServiceUnderTest app) => (long)(await app.ValueAsync("""
        select count(*) from visit_technicians a
        join visits v on v.id = a.visit_id and v.status in ('scheduled', 'arrived', 'in_progress') and not v.is_double_booked
        join visit_technicians b on b.user_id = a.user_id and b.visit_id > a.visit_id
        join visits w on w.id = b.visit_id and w.status in ('scheduled', 'arrived', 'in_progress') and not w.is_double_booked
        where v.scheduled_start < w.scheduled_end and w.scheduled_start < v.scheduled_end
        """))!;

    private static JsonObject Body(DateTimeOffset? start, DateTimeOffset? end, IEnumerable<Person>? technicians, string? reason)
    {
        var body = new JsonObject();
        if (start is { } from) body["scheduled_start"] = from.ToString("o");
        if (end is { } to) body["scheduled_end"] = to.ToString("o");
        if (technicians is not null) body["technician_ids"] = new JsonArray([.. technicians.Select(person => (JsonNode)person.Id.ToString())]);
        if (reason is not null) body["override"] = new JsonObject { ["reason"] = reason };
        return body;
    }
}
