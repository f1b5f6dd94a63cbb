using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker.Pages;

/// <summary>Whether all is well, for the owner: is the worker at work, does anything wait or fail, is the history whole.</summary>
[Requires(Ability.ManageAccount)]
internal sealed class StatusPage(ReadDb db, WallClock clock) : PageModel
{
    /// <summary>A worker looks every few seconds; one that has not for so long does not run.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(3);

    public sealed record Numbers(
        DateTimeOffset? PolledAt, long Waiting, DateTimeOffset? OldestDue, long Failed, long InDoubt, long HooksWaiting, long HooksOff, long Troubled, long DatabaseBytes, long AuditRows, DateTimeOffset? AuditLast);

    public sealed record Trouble(string Name, int Failures, string? LastError, DateTimeOffset? LastRunAt, DateTimeOffset NextRunAt);

    public sealed record Check(string Name, string Text, string Tone, string Word, string? Path);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<Check> Checks { get; private set; } = [];

    public IReadOnlyList<Trouble> Chores { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var account = Viewer.Account;
        var (numbers, chores) = await db.ReadAsync(
            [
                $"""
                select (select max(polled_at) from worker_heartbeats) as polled_at,
                       (select count(*) from messages where account_id = {account} and status in ('pending', 'sending')) as waiting,
                       (select min(next_attempt_at) from messages where account_id = {account} and status = 'pending' and next_attempt_at < {clock.Now}) as oldest_due,
                       (select count(*) from messages where account_id = {account} and status = 'failed' and created_at > {clock.Now.AddDays(-14)}) as failed,
                       (select count(*) from messages where account_id = {account} and status = 'in_doubt') as in_doubt,
                       (select count(*) from webhook_deliveries where account_id = {account} and status = 'pending') as hooks_waiting,
                       (select count(*) from webhooks where account_id = {account} and not enabled and disabled_because is not null) as hooks_off,
                       (select count(*) from automations where account_id = {account} and failures > 0) as troubled,
                       pg_database_size(current_database()) as database_bytes,
                       (select count(*) from audit_log where account_id = {account}) as audit_rows, (select max(created_at) from audit_log where account_id = {account}) as audit_last
                """,
                $"select name, failures, last_error, last_run_at, next_run_at from chores where account_id = {account} order by name",
            ],
            async (results, token) => ((await results.FirstAsync<Numbers>(token))!, await results.ListAsync<Trouble>(token)), ct);
        Chores = chores;
        var late = chores.Count(chore => chore.Failures > 0);
        Checks =
        [
            numbers.PolledAt is not { } polled ? new("Worker", "No worker has ever looked. Reminders, recurring work and overdue invoices wait for one.", "bad", "Does not run", null)
                : clock.Now - polled > Silence ? new("Worker", $"It looked last {clock.Date(polled)}, {clock.Time(polled)}. Start it: outpost up, or outpost serve worker.", "bad", "Does not run", null)
                : new("Worker", "Reminders, recurring work and overdue invoices are looked after.", "good", "At work", null),
            new("Database", $"{numbers.DatabaseBytes / 1024 / 1024} MB.", "good", "Answers", null),
            numbers.Failed + numbers.InDoubt > 0 ? new("Messages", $"{Shown.Count(numbers.Failed, "message")} failed in two weeks, {Shown.Number(numbers.InDoubt)} may or may not have arrived.", "warn", "Look", "/app/messages")
                : new("Messages", numbers.Waiting == 0 ? "Nothing waits." : $"{Shown.Count(numbers.Waiting, "message")} wait for their time.", "good", "Well", "/app/messages"),
            numbers.HooksOff > 0 ? new("Webhooks", $"{Shown.Count(numbers.HooksOff, "webhook was", "webhooks were")} switched off because nobody answered.", "warn", "Look", "/app/programs")
                : new("Webhooks", numbers.HooksWaiting == 0 ? "Nothing waits." : $"{Shown.Count(numbers.HooksWaiting, "message")} on the way.", "good", "Well", "/app/programs"),
            numbers.Troubled + late > 0 ? new("Automations", $"{Shown.Count(numbers.Troubled + late, "thing")} could not be done and will be tried again.", "warn", "Look", "/app/automations")
                : new("Automations", "Everything that is done by itself was done.", "good", "Well", "/app/automations"),
            new("History", $"{Shown.Count(numbers.AuditRows, "entry", "entries")}{(numbers.AuditLast is { } last ? $", the last {clock.Date(last)}, {clock.Time(last)}" : "")}.", "good", "Kept", "/app/audit"),
        ];
    }
}
