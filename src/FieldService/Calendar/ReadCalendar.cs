using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Calendar;

/// <summary>
/// A calendar program fetches somebody's own visits, from 30 days back to 180 ahead. Visits that were cancelled stay for two weeks, so that a calendar which
/// keeps what it once had takes them off. Without a sign-in: the address is the secret, and a wrong, old or revoked one is not there.
/// </summary>
internal static class ReadCalendar
{
    private static readonly TimeSpan Back = TimeSpan.FromDays(30);
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(180);
    private static readonly TimeSpan CancelledStay = TimeSpan.FromDays(14);
    private const int LongestToken = 64;

    private sealed record Holder(Guid AccountId, Guid UserId, string Role, string FullName, string AccountName);

    private sealed record Entry(
        Guid Id, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, string Title, string? Description, string ClientName, string? ClientPhone, string? Address,
        string? City, string? State, string? Zip, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, int Sequence);

    public static async Task<IResult> Handle(string token, NpgsqlDataSource source, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (token.Length > LongestToken) throw Missing.Of("calendar");
        var holder = await new ReadDb(source, null).FirstAsync<Holder>($"select * from calendar_feed_holder({CalendarFeed.Hash(token)})", ct) ?? throw Missing.Of("calendar");

        var text = Written(holder, await EntriesAsync(new(source, new(holder.AccountId, holder.UserId, holder.Role)), holder, clock.GetUtcNow(), ct));
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        if (http.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(known => known == "*" || known == tag || known == $"W/{tag}"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        http.Response.Headers.ContentDisposition = "inline; filename=\"visits.ics\"";
        return TypedResults.Text(text, "text/calendar; charset=utf-8", Encoding.UTF8);
    }

    private static Task<List<Entry>> EntriesAsync(ReadDb db, Holder holder, DateTimeOffset now, CancellationToken ct) => db.ListAsync<Entry>($"""
        select v.id, v.status, v.scheduled_start, v.scheduled_end, j.title, j.description, c.name as client_name, c.phone as client_phone, p.address, p.city, p.state, p.zip,
               v.created_at, greatest(v.updated_at, j.updated_at, c.updated_at, p.updated_at) as changed_at, v.version + j.version - 2 as sequence
        from visits v
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join clients c on c.account_id = j.account_id and c.id = j.client_id
        left join properties p on p.account_id = j.account_id and p.id = j.property_id
        where v.account_id = {holder.AccountId}
          and v.id in (select t.visit_id from visit_technicians t
                       where t.account_id = {holder.AccountId} and t.user_id = {holder.UserId} and t.starts_at >= {now - Back} and t.starts_at < {now + Ahead})
          and (v.status <> 'cancelled' or v.updated_at >= {now - CancelledStay})
        order by v.scheduled_start, v.id
        """, ct);

    private static string Written(Holder holder, List<Entry> entries)
    {
        var text = new ICalendarText()
            .Begin("VCALENDAR")
            .Property("VERSION", "2.0")
            .Property("PRODID", "-//Outpost//Field service//EN")
            .Property("CALSCALE", "GREGORIAN")
            .Property("METHOD", "PUBLISH")
            .Text("X-WR-CALNAME", $"{holder.AccountName}: {holder.FullName}")
            .Property("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")
            .Property("X-PUBLISHED-TTL", "PT15M");

        foreach (var entry in entries)
        {
            var isCancelled = entry.Status == Words<VisitStatus>.Of(VisitStatus.Cancelled);
            text.Begin("VEVENT")
                .Property("UID", $"visit-{entry.Id}@outpost")
                .Time("DTSTAMP", entry.ChangedAt)
                .Time("CREATED", entry.CreatedAt)
                .Time("LAST-MODIFIED", entry.ChangedAt)
                .Property("SEQUENCE", entry.Sequence.ToString(CultureInfo.InvariantCulture))
                .Time("DTSTART", entry.ScheduledStart)
                .Time("DTEND", entry.ScheduledEnd)
                .Text("SUMMARY", $"{entry.Title} – {entry.ClientName}")
                .Text("LOCATION", string.Join(", ", new[] { entry.Address, entry.City, Joined(entry.State, entry.Zip) }.Where(part => part is { Length: > 0 })))
                .Text("DESCRIPTION", string.Join('\n', new[] { entry.Description, entry.ClientPhone }.Where(part => part is { Length: > 0 })))
                .Property("STATUS", isCancelled ? "CANCELLED" : "CONFIRMED")
                .Property("TRANSP", isCancelled ? "TRANSPARENT" : "OPAQUE")
                .End("VEVENT");
        }

        return text.End("VCALENDAR").ToString();
    }

    private static string Joined(string? state, string? zip) => $"{state} {zip}".Trim();
}
