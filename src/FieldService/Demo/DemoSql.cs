using Npgsql;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;

namespace Outpost.FieldService.Demo;

/// <summary>
/// Writes the demo company's past. The features' own statements write the present, each with the time at which it happens; so this is the one place
/// beside them that writes their tables. Documents still go the way of every other: drafts first, then issued, paid, void by the moves the database lists.
/// </summary>
internal sealed class DemoSql(NpgsqlConnection connection)
{
    public Task LockAsync(long key, CancellationToken ct) => RunAsync("select pg_advisory_xact_lock($1)", ct, key);

    public async Task<bool> IsThereAsync(CancellationToken ct) => (bool)(await ValueAsync("select exists (select from accounts where settings ? 'demo')", ct))!;

    /// <summary>The account that the first start has made, when it is the only one and nothing was done in it.</summary>
    public async Task<Guid?> UntouchedAccountAsync(CancellationToken ct) => (Guid?)await ValueAsync("""
        select a.id from accounts a
        where (select count(*) from accounts) = 1 and (select count(*) from users) = 1 and not exists (select from clients)
          and exists (select from users u where u.account_id = a.id and u.role = 'owner' and u.deactivated_at is null)
        """, ct);

    /// <returns>The account and the owner's e-mail.</returns>
    public async Task<(Guid Account, string Email)> WriteAsync(DemoPlan plan, Guid? untouched, IReadOnlyList<string> hashes, DateTimeOffset now, CancellationToken ct)
    {
        var account = untouched ?? Guid.CreateVersion7(now);
        var email = await PeopleAsync(plan, account, untouched is not null, hashes, ct);

        // The account's first owner stays who they are; the plan's takes their place.
        var owner = untouched is null ? plan.Owner.Id : (Guid)(await ValueAsync("select id from users where account_id = $1 and role = 'owner'", ct, account))!;
        await WorkAsync(plan, account, owner, ct);
        await EstimatesAsync(plan, account, ct);
        await InvoicesAsync(plan, account, ct);
        return (account, email);
    }

    /// <summary>What autovacuum would come to sooner or later: the planner knows how much there is, and indexes answer without a look at the rows. Outside of any transaction.</summary>
    public async Task TidyAsync(CancellationToken ct)
    {
        var tables = (string)(await ValueAsync("select string_agg(oid::regclass::text, ', ') from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace", ct))!;
        await RunAsync($"vacuum (analyze) {tables}", ct);
    }

    private async Task<string> PeopleAsync(DemoPlan plan, Guid account, bool isThere, IReadOnlyList<string> hashes, CancellationToken ct)
    {
        // E-mails lead to one user of one account; when real people have these, the demo's are others.
        var mailboxes = plan.Users.Select(u => $"{u.Who.Mailbox}@example.com").ToArray();
        var prefix = !isThere && (bool)(await ValueAsync("select exists (select from users where email = any($1))", ct, (object)mailboxes))! ? "demo-" : "";
        if (isThere)
        {
            await RunAsync("update accounts set name = $2, time_zone = $3, settings = settings || '{\"demo\": true}' where id = $1", ct, account, DemoPeople.Company, DemoPeople.TimeZone);
            await RunAsync("update users set full_name = $2 where account_id = $1", ct, account, DemoPeople.Owner.Name);
        }
        else
        {
            await RunAsync("insert into accounts (id, name, time_zone, currency, settings) values ($1, $2, $3, 'USD', '{\"demo\": true}')", ct, account, DemoPeople.Company, DemoPeople.TimeZone);
        }

        await CopyAsync("users (account_id, id, email, full_name, password_hash, role)", plan.Users
            .Select((user, i) => Row(account, user.Id, prefix + mailboxes[i], user.Who.Name, hashes[i], user.Who.Role)).Skip(isThere ? 1 : 0), ct);
        return prefix + mailboxes[0];
    }

    private async Task WorkAsync(DemoPlan plan, Guid account, Guid owner, CancellationToken ct)
    {
        await CopyAsync("clients (account_id, id, name, company_name, email, phone, address_line1, city, state, zip, created_at, updated_at)", plan.Clients.Select(c =>
            Row(account, c.Id, c.Name, c.Company, c.Email, c.Phone, c.Address, DemoPeople.City, DemoPeople.State, c.Zip, c.CreatedAt, c.CreatedAt)), ct);
        await CopyAsync("properties (account_id, id, client_id, name, address, city, state, zip, notes, latitude, longitude, created_at, updated_at)", plan.Properties.Select(p =>
            Row(account, p.Id, p.Client.Id, p.Name, p.Address, DemoPeople.City, DemoPeople.State, p.Zip, p.Notes, p.Latitude, p.Longitude, p.Client.CreatedAt, p.Client.CreatedAt)), ct);
        await CopyAsync("jobs (account_id, id, client_id, property_id, title, description, status, priority, scheduled_start, scheduled_end, created_by, created_at, updated_at)",
            plan.Jobs.Select((j, i) => Row(account, j.Id, j.Place.Client.Id, j.Place.Id, j.Work.Title, j.Work.Description, j.Status, j.Priority,
                j.Visits.Count == 0 ? null : j.Visits[0].Start, j.Visits.Count == 0 ? null : j.Visits[^1].End, i % 3 == 0 ? owner : plan.Office.Id, j.CreatedAt, j.UpdatedAt)), ct);
        await CopyAsync("visits (account_id, id, job_id, assigned_user_id, status, scheduled_start, scheduled_end, arrived_at, completed_at, tech_notes, created_at, updated_at)",
            plan.Jobs.SelectMany(j => j.Visits.Select(v => Row(account, v.Id, j.Id, v.Technician, v.Status, v.Start, v.End, v.ArrivedAt, v.CompletedAt, v.Notes,
                j.CreatedAt, v.CompletedAt ?? v.ArrivedAt ?? j.CreatedAt))), ct);
    }

    private async Task EstimatesAsync(DemoPlan plan, Guid account, CancellationToken ct)
    {
        await CopyAsync("estimates (account_id, id, client_id, job_id, property_id, tax_rate_millionths, subtotal_cents, tax_cents, total_cents, expires_on, created_by, created_at, updated_at)",
            plan.Estimates.Select(e => Row(account, e.Id, e.Client.Id, e.Job?.Id, e.Place?.Id, DemoCatalog.SalesTax.Millionths, e.Totals.Subtotal.Cents, e.Totals.Tax.Cents,
                e.Totals.Total.Cents, DateOnly.FromDateTime(e.ExpiresAt.UtcDateTime), plan.Office.Id, e.CreatedAt, e.CreatedAt)), ct);
        await CopyAsync("estimate_line_items (account_id, id, estimate_id, description, quantity, unit_price, tax_rate_millionths, has_own_tax_rate, total_cents, sort_order, created_at)",
            plan.Estimates.SelectMany(e => e.Totals.Lines.Select((line, i) => Row(account, e.LineIds[i], e.Id, line.Description, line.Quantity.Amount, line.UnitPrice.Amount,
                line.TaxRate.Millionths, line.HasOwnTaxRate, line.Total.Cents, i, e.CreatedAt))), ct);
        await TaxesAsync(account, "estimate", plan.Estimates.Select(e => (e.Id, e.Totals)), ct);

        var sent = plan.Estimates.Where(e => e.SentAt is not null).OrderBy(e => e.SentAt).ToList();
        await RunAsync("""
            update estimates d set status = 'sent', sent_at = m.at, estimate_number = m.number from unnest($2, $3, $4) as m (id, at, number) where (d.account_id, d.id) = ($1, m.id)
            """, ct, account, sent.Select(e => e.Id).ToArray(), sent.Select(e => e.SentAt!.Value.UtcDateTime).ToArray(), sent.Select((_, i) => EstimateNumbers.Written(i + 1)).ToArray());
        await RunAsync("insert into number_series (account_id, series, next_number) values ($1, 'estimate', $2)", ct, account, (long)sent.Count + 1);
        foreach (var status in (string[])["approved", "declined", "expired"])
        {
            await MoveAsync($"update estimates d set status = '{status}', decided_at = m.at from moves m where (d.account_id, d.id) = ($1, m.id)", account,
                plan.Estimates.Where(e => e.Status == status).Select(e => (e.Id, e.DecidedAt!.Value)), ct);
        }
    }

    private async Task InvoicesAsync(DemoPlan plan, Guid account, CancellationToken ct)
    {
        await CopyAsync("invoices (account_id, id, client_id, job_id, estimate_id, property_id, tax_rate_millionths, subtotal_cents, tax_cents, total_cents, notes, created_by, created_at, updated_at)",
            plan.Invoices.Select(i => Row(account, i.Id, i.Client.Id, i.Job?.Id, i.Estimate?.Id, i.Place?.Id, i.Place is null ? 0 : DemoCatalog.SalesTax.Millionths, i.Totals.Subtotal.Cents,
                i.Totals.Tax.Cents, i.Totals.Total.Cents, i.Notes, plan.Office.Id, i.CreatedAt, i.CreatedAt)), ct);
        await CopyAsync("invoice_line_items (account_id, id, invoice_id, estimate_line_item_id, description, quantity, unit_price, tax_rate_millionths, has_own_tax_rate, total_cents, sort_order, created_at)",
            plan.Invoices.SelectMany(i => i.Totals.Lines.Select((line, n) => Row(account, Guid.CreateVersion7(i.CreatedAt), i.Id, i.Estimate?.LineIds[n], line.Description, line.Quantity.Amount,
                line.UnitPrice.Amount, line.TaxRate.Millionths, line.HasOwnTaxRate, line.Total.Cents, n, i.CreatedAt))), ct);
        await TaxesAsync(account, "invoice", plan.Invoices.Select(i => (i.Id, i.Totals)), ct);

        var issued = plan.Invoices.Where(i => i.SentAt is not null).OrderBy(i => i.SentAt).ToList();
        await RunAsync("""
            update invoices d set status = 'sent', sent_at = m.at, invoice_number = m.number, due_date = m.due
            from unnest($2, $3, $4, $5) as m (id, at, number, due) where (d.account_id, d.id) = ($1, m.id)
            """, ct, account, issued.Select(i => i.Id).ToArray(), issued.Select(i => i.SentAt!.Value.UtcDateTime).ToArray(),
            issued.Select((_, i) => InvoiceNumbers.Written(i + 1)).ToArray(), issued.Select(i => i.DueDate!.Value).ToArray());
        await RunAsync("insert into number_series (account_id, series, next_number) values ($1, 'invoice', $2)", ct, account, (long)issued.Count + 1);
        await RunAsync("""
            insert into document_numbers (account_id, series, position, number, document, invoice_id, issued_at)
            select account_id, 'invoice', substr(invoice_number, 5)::bigint, invoice_number, 'invoice', id, sent_at
            from invoices where account_id = $1 and invoice_number is not null order by 3
            """, ct, account);

        await CopyAsync("payments (account_id, id, invoice_id, amount_cents, method, received_at, notes, created_by, created_at)", plan.Invoices.SelectMany(i => i.Payments.Select(p =>
            Row(account, p.Id, i.Id, p.Amount.Cents, p.Method, p.ReceivedAt, p.Notes, plan.Office.Id, p.ReceivedAt))), ct);
        await RunAsync("""
            insert into ledger_entries (account_id, id, kind, client_id, invoice_id, payment_id, money_cents, paid_cents, method, created_by, happened_at, created_at)
            select p.account_id, gen_random_uuid(), 'payment', i.client_id, p.invoice_id, p.id, p.amount_cents, p.amount_cents, p.method, p.created_by, p.received_at, p.created_at
            from payments p join invoices i on i.account_id = p.account_id and i.id = p.invoice_id where p.account_id = $1
            """, ct, account);
        await RunAsync("""
            update invoices i set paid_cents = p.paid, status = case when p.paid = i.total_cents then 'paid' else 'partial' end, paid_at = case when p.paid = i.total_cents then p.at end
            from (select invoice_id, sum(amount_cents) as paid, max(received_at) as at from payments where account_id = $1 group by invoice_id) p
            where i.account_id = $1 and i.id = p.invoice_id
            """, ct, account);
        await MoveAsync("update invoices d set status = 'overdue' from moves m where (d.account_id, d.id) = ($1, m.id)", account,
            plan.Invoices.Where(i => i.Status == "overdue").Select(i => (i.Id, i.CreatedAt)), ct);
        await MoveAsync("update invoices d set status = 'void', voided_at = m.at from moves m where (d.account_id, d.id) = ($1, m.id)", account,
            plan.Invoices.Where(i => i.VoidedAt is not null).Select(i => (i.Id, i.VoidedAt!.Value)), ct);
    }

    private Task TaxesAsync(Guid account, string document, IEnumerable<(Guid Id, Documents.Totals Totals)> documents, CancellationToken ct) =>
        CopyAsync("document_taxes (account_id, document_id, document, tax_rate_millionths, base_cents, tax_cents)", documents.SelectMany(d => d.Totals.Taxes.Select(tax =>
            Row(account, d.Id, document, tax.Rate.Millionths, tax.BaseCents.Cents, tax.TaxCents.Cents))), ct);

    private Task MoveAsync(string update, Guid account, IEnumerable<(Guid Id, DateTimeOffset At)> moves, CancellationToken ct)
    {
        var list = moves.ToList();
        return RunAsync($"with moves as (select * from unnest($2, $3) as m (id, at)) {update}", ct, account, list.Select(m => m.Id).ToArray(), list.Select(m => m.At.UtcDateTime).ToArray());
    }

    private async Task CopyAsync(string target, IEnumerable<object?[]> rows, CancellationToken ct)
    {
        await using var writer = await connection.BeginBinaryImportAsync($"copy {target} from stdin (format binary)", ct);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(ct);
            foreach (var value in row)
            {
                if (value is null) await writer.WriteNullAsync(ct);
                else await writer.WriteAsync(value is DateTimeOffset at ? at.UtcDateTime : value, ct);
            }
        }

        await writer.CompleteAsync(ct);
    }

    private async Task RunAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<object?> ValueAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(ct);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static object?[] Row(params object?[] values) => values;
}
