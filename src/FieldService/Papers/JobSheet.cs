using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>
/// The work on paper, for the van and for the client to sign: where, what, who and when, what was found, what was used. Of one visit or of the whole job, and
/// without prices: a technician may have it.
/// </summary>
internal static class JobSheet
{
    private sealed record Job(Guid Id, string Title, string? Description, string? ClientPhone, string? PlaceNotes, DateTimeOffset UpdatedAt);

    private sealed record Visit(Guid Id, string Status, DateTimeOffset ScheduledStart, DateTimeOffset ScheduledEnd, DateTimeOffset? ArrivedAt, DateTimeOffset? CompletedAt, string? TechNotes, string? Technician);

    private sealed record Part(string? Code, string Description, string Unit, Quantity Quantity);

    private sealed record Time(string FullName, string Kind, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

    /// <exception cref="RuleException">NOT_FOUND, also for a technician who is not on it.</exception>
    public static async Task<Paper> OfVisitAsync(VisitId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) =>
        await ReadAsync(new((await GetVisit.Handle(id, user, db, ct)).Value!.Data.JobId), id, user, db, time, ct);

    /// <exception cref="RuleException">NOT_FOUND, also for a technician who is not on it.</exception>
    public static async Task<Paper> OfJobAsync(JobId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) =>
        await ReadAsync(new((await GetJob.Handle(id, user, db, ct)).Value!.Data.Id), null, user, db, time, ct);

    private static async Task<Paper> ReadAsync(JobId id, VisitId? only, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct)
    {
        var account = user.Account;
        Sql those = $"v.account_id = {account} and v.job_id = {id} and ({only?.Value}::uuid is null or v.id = {only?.Value})";
        var (job, to, visits, parts, times) = await db.ReadAsync(
            [
                $"""
                select j.id, j.title, j.description, c.phone as client_phone, p.notes as place_notes, j.updated_at
                from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id left join properties p on p.account_id = j.account_id and p.id = j.property_id
                where j.account_id = {account} and j.id = {id}
                """,
                $"""
                select {Addressee.Columns} from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id
                left join properties p on p.account_id = j.account_id and p.id = j.property_id where j.account_id = {account} and j.id = {id}
                """,
                $"""
                select v.id, v.status, v.scheduled_start, v.scheduled_end, v.arrived_at, v.completed_at, v.tech_notes, u.full_name as technician
                from visits v left join users u on u.account_id = v.account_id and u.id = v.assigned_user_id where {those} and v.status <> 'cancelled' order by v.scheduled_start, v.id
                """,
                $"""
                select p.code, p.description, p.unit, p.quantity from visit_parts p join visits v on v.account_id = p.account_id and v.id = p.visit_id
                where {those} order by v.scheduled_start, p.created_at, p.id
                """,
                $"""
                select u.full_name, t.kind, t.started_at, t.ended_at from time_entries t join visits v on v.account_id = t.account_id and v.id = t.visit_id
                join users u on u.account_id = t.account_id and u.id = t.user_id where {those} order by t.started_at, t.id
                """,
            ],
            async (results, token) => (
                await results.FirstAsync<Job>(token), await results.FirstAsync<Addressee>(token), await results.ListAsync<Visit>(token), await results.ListAsync<Part>(token), await results.ListAsync<Time>(token)), ct);
        if (job is null || to is null) throw Missing.Of("job");

        var from = await Letterhead.OfAsync(db, account, ct);
        var say = from.Say;
        var clock = new WallClock(time, user.TimeZone) { Say = say };
        var facts = new List<Paper.Fact> { new(say["paper.job.title"], job.Title) };
        if (job.ClientPhone is { } phone) facts.Add(new(say["book.phone"], phone));
        if (only is not null && visits is [var one])
        {
            facts.Add(new(say["paper.day"], clock.Written(one.ScheduledStart)));
            facts.Add(new(say["visit.time"], clock.Span(one.ScheduledStart, one.ScheduledEnd)));
            facts.Add(new(say["paper.technician"], one.Technician ?? say["paper.not.assigned"]));
        }

        var tables = new List<Paper.Table>();
        if (only is null) tables.Add(new(say["paper.visits"], [new(say["paper.when"]), new(say["paper.technician"]), new(say["paper.status"])], [.. visits.Select(visit => Row(visit, clock))]));
        tables.Add(new(say["visit.parts"], [new(say["paper.part"]), new(say["portal.quantity"], true)], Filled(parts.Select(part => new Paper.Row([part.Code is null ? part.Description : $"{part.Code} {part.Description}", $"{say.Amount(part.Quantity)} {part.Unit}"])), 2)));
        tables.Add(new(say["visit.time"], [new(say["paper.who"]), new(say["paper.what"]), new(say["paper.from"]), new(say["paper.until"])], Filled(times.Select(entry => new Paper.Row(
            [entry.FullName, say[$"visit.time.{entry.Kind}"], $"{clock.Written(entry.StartedAt)} {clock.Time(entry.StartedAt)}", entry.EndedAt is { } ended ? clock.Time(ended) : ""])), 4)));
        var text = new List<Paper.Passage>();
        if (job.Description is not null) text.Add(new(say["visit.what"], job.Description));
        if (job.PlaceNotes is not null) text.Add(new(say["paper.at.place"], job.PlaceNotes));
        text.AddRange(visits.Where(visit => visit.TechNotes is not null).Select(visit => new Paper.Passage(say.Of("paper.found", clock.Written(visit.ScheduledStart)), visit.TechNotes!)));
        return new(PaperKind.JobSheet, say.Of("paper.job", job.Title), from, job.UpdatedAt)
        {
            ToLabel = say["portal.for"],
            To = to.Client(say),
            Place = to.Place,
            Facts = facts,
            Text = text,
            Tables = tables,
            SignHere = [say["paper.technician"], say["paper.client.signs"]],
        };
    }

    private static Paper.Row Row(Visit visit, WallClock clock) => new([$"{clock.Written(visit.ScheduledStart)}, {clock.Span(visit.ScheduledStart, visit.ScheduledEnd)}", visit.Technician ?? clock.Say["paper.not.assigned"], clock.Say[$"status.{visit.Status}"]]);

    // What is not there yet is written in by hand.
    private static List<Paper.Row> Filled(IEnumerable<Paper.Row> rows, int columns)
    {
        var all = rows.ToList();
        while (all.Count < 3) all.Add(new([.. Enumerable.Repeat("", columns)]));
        return all;
    }
}
