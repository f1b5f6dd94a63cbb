using System.Globalization;
using Outpost.FieldService.Tests.Worker;

namespace Outpost.FieldService.Tests.Messages;

/// <summary>What both kinds of sending for real begin with.</summary>
internal static class Sending
{
    public static OtherProcess Work(FieldServiceUnderTest app, int port, params (string Key, string Value)[] more) => OtherProcess.Start(
        "worker", [("DATABASE_URL", app.Database.AppUrl), ("WORKER_CONCURRENCY", "4"), ("LOG_LEVEL", "info"), ("OUTPOST_ENV_FILE", ""), .. Mail(port), .. more]);

    public static (string Key, string Value)[] Mail(int port) =>
    [
        ("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", port.ToString(CultureInfo.InvariantCulture)), ("SMTP_SECURITY", "none"), ("SMTP_FROM", "office@north.test"), ("PUBLIC_URL", "https://office.north.test"),
    ];

    /// <summary>So many clients who owe something, each with a letter in the outbox that is due.</summary>
    public static async Task FillAsync(FieldServiceUnderTest app, int count, string address)
    {
        await app.SqlAsync("""
            with people as (
              insert into clients (account_id, id, name, email) select $1, gen_random_uuid(), 'Client', replace($3, '{0}', n::text) from generate_series(1, $2) n returning id),
            owed as (
              insert into invoices (account_id, id, client_id, status, invoice_number, sent_at, due_date, subtotal_cents, tax_cents, total_cents, created_by)
              select $1, gen_random_uuid(), id, 'overdue', 'INV-' || id, now(), '2026-11-01', 100, 0, 100, $4 from people returning id, client_id)
            insert into messages (account_id, id, rule, subject_type, subject_id, occurrence, channel, client_id, next_attempt_at, expires_at)
            select $1, gen_random_uuid(), 'invoice_followup', 'invoice', id, '2026-11-01|14', 'email', client_id, '2026-11-01', '2126-01-01' from owed
            """, app.Company.Account, count, address, app.Company.Owner.Id);
    }

    // As if the five minutes had passed.
    public static Task<int> LeaseEndsAsync(FieldServiceUnderTest app) => app.SqlAsync("update messages set leased_until = '2026-01-01' where status = 'sending'");

    public static IEnumerable<string> Accepted(OtherProcess mail) => mail.Lines.Where(line => line.StartsWith("accepted ", StringComparison.Ordinal));

    public static async Task<string> StatesAsync(FieldServiceUnderTest app) => (string)(await app.ValueAsync("select string_agg(concat_ws(' ', status, reason, attempts), ', ' order by status) from messages"))!;
}
