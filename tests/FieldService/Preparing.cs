using System.Diagnostics;

namespace Outpost.FieldService.Tests;

/// <summary>Puts things into the database that a test begins with, in any status and for any company; visits are at one time, overlapping on purpose.</summary>
internal static class Preparing
{
    public static readonly DateTimeOffset Morning = new(2026, 11, 23, 14, 0, 0, TimeSpan.Zero);

    public static async Task<Guid> ClientAsync(this FieldServiceUnderTest app, string name = "Ada Byron", Company? of = null)
    {
        var id = Guid.CreateVersion7();
        await app.SqlAsync("insert into clients (account_id, id, name) values ($1, $2, $3)", (of ?? app.Company).Account, id, name);
        return id;
    }

    public static async Task<Guid> PropertyAsync(this FieldServiceUnderTest app, Guid client, string address = "12 Elm St", Company? of = null)
    {
        var id = Guid.CreateVersion7();
        await app.SqlAsync("insert into properties (account_id, id, client_id, address) values ($1, $2, $3, $4)", (of ?? app.Company).Account, id, client, address);
        return id;
    }

    public static async Task<Guid> JobAsync(this FieldServiceUnderTest app, string status = "draft", Guid? client = null, string title = "Fix the roof", Company? of = null)
    {
        var company = of ?? app.Company;
        var id = Guid.CreateVersion7();
        await app.SqlAsync("insert into jobs (account_id, id, client_id, title, status, created_by) values ($1, $2, $3, $4, $5, $6)",
            company.Account, id, client ?? await app.ClientAsync(of: company), title, status, company.Owner.Id);
        return id;
    }

    public static async Task<Guid> VisitAsync(this FieldServiceUnderTest app, Guid job, Person? technician, string status = "scheduled", Company? of = null)
    {
        var id = Guid.CreateVersion7();
        await app.SqlAsync("""
            insert into visits (account_id, id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, is_double_booked, arrived_at, completed_at)
            values ($1, $2, $3, $4, $5, $6, $6 + interval '2 hours', true,
                    case when $5 in ('arrived', 'in_progress', 'completed') then $6 end, case when $5 = 'completed' then $6 end)
            """, (of ?? app.Company).Account, id, job, (object?)technician?.Id ?? DBNull.Value, status, Morning.UtcDateTime);
        return id;
    }

    public static async Task<Guid> InvoiceAsync(this FieldServiceUnderTest app, Guid client, Guid? job, string status, Company? of = null)
    {
        var company = of ?? app.Company;
        var id = Guid.CreateVersion7();
        await app.SqlAsync("""
            insert into invoices (account_id, id, client_id, job_id, status, subtotal_cents, tax_cents, total_cents, created_by, invoice_number, sent_at, voided_at)
            values ($1, $2, $3, $4, $5, 100, 0, 100, $6, case when $5 <> 'draft' then 'INV-' || $2::text end, case when $5 <> 'draft' then now() end,
                    case when $5 = 'void' then now() end)
            """, company.Account, id, client, (object?)job ?? DBNull.Value, status, company.Owner.Id);
        return id;
    }

    public static async Task<Guid> EstimateAsync(this FieldServiceUnderTest app, Guid client, Guid? job = null)
    {
        var id = Guid.CreateVersion7();
        await app.SqlAsync("""
            insert into estimates (account_id, id, client_id, job_id, subtotal_cents, tax_cents, total_cents, created_by) values ($1, $2, $3, $4, 100, 0, 100, $5)
            """, app.Company.Account, id, client, (object?)job ?? DBNull.Value, app.Company.Owner.Id);
        return id;
    }

    public static async Task<string> StatusAsync(this FieldServiceUnderTest app, string table, Guid id) =>
        (string)(await app.ValueAsync($"select status from {table} where id = $1", id))!;

    /// <summary>
    /// How a thing went from status to status, as the audit log tells it: <c>scheduled>in_progress, in_progress>completed</c>. In the order in which the
    /// rows were written; <c>created_at</c> is when their transactions began.
    /// </summary>
    public static async Task<string> HistoryAsync(this FieldServiceUnderTest app, Guid id) => (string)(await app.ValueAsync("""
        select coalesce(string_agg((old_value ->> 'status') || '>' || (new_value ->> 'status'), ', ' order by ctid), '')
        from audit_log where entity_id = $1 and action = 'update'
        """, id))!;

    /// <summary>
    /// Sends requests that are truly under way together: a row they all need is held until the database says that each of them waits, and then let go.
    /// </summary>
    public static async Task<HttpResponseMessage[]> AtOnceAsync(this FieldServiceUnderTest app, string table, Guid row, params Func<Task<HttpResponseMessage>>[] requests)
    {
        await using var connection = await app.Database.Superuser.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var held = await connection.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = $"select from {table} where id = $1 for update";
            hold.Parameters.Add(new() { Value = row });
            await hold.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
        }

        var running = requests.Select(request => request()).ToArray();
        var since = Stopwatch.GetTimestamp();
        while ((long)(await app.ValueAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))! < requests.Length)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), "The requests do not wait for the row that is held.");
        }

        await held.CommitAsync(FieldServiceUnderTest.Stop);
        return await Task.WhenAll(running);
    }
}
