using Npgsql;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>A company that worked before there was a ledger keeps every balance it had.</summary>
public sealed class TheBooksBeforeTheLedger(PostgresServer postgres)
{
    private const long Before = 7;

    [Fact]
    public async Task Come_through_the_migration_to_the_cent()
    {
        var all = MigrationSet.From(typeof(FieldServiceApp).Assembly);
        var old = MigrationSet.Of(all.Migrations.Where(m => m.Version <= Before).Select(m => (m.File, m.Text)));
        await using var database = await postgres.DatabaseAsync(old, FieldServiceUnderTest.Stop);
        await RunAsync(database.OwnerSource, """
            insert into accounts (id, name) values ('00000000-0000-0000-0000-000000000001', 'Old');
            insert into users (account_id, id, email, full_name, password_hash, role) select id, id, 'o@old.test', 'O', 'x', 'owner' from accounts;
            insert into clients (account_id, id, name) select id, id, 'Ada' from accounts;
            -- 40 invoices of 1.00 to 40.00, every second with tax
            insert into invoices (account_id, id, client_id, subtotal_cents, tax_cents, total_cents, tax_rate_millionths, created_by)
            select a.id, gen_random_uuid(), a.id, n * 100, n % 2 * n * 10, n * 100 + n % 2 * n * 10, n % 2 * 100000, a.id from accounts a, generate_series(1, 40) n;
            insert into document_taxes (account_id, document_id, document, tax_rate_millionths, base_cents, tax_cents)
            select account_id, id, 'invoice', tax_rate_millionths, subtotal_cents, tax_cents from invoices;
            insert into invoice_line_items (account_id, id, invoice_id, description, quantity, unit_price_cents, tax_rate_millionths, total_cents, sort_order)
            select account_id, gen_random_uuid(), id, 'Work', 1, subtotal_cents, tax_rate_millionths, subtotal_cents, 0 from invoices;
            update invoices i set status = 'sent', sent_at = '2026-03-01T12:00Z', due_date = '2026-03-15', invoice_number = 'INV-' || lpad(n.place::text, 4, '0')
            from (select id, row_number() over (order by total_cents) as place from invoices) n where n.id = i.id and n.place <= 36;
            insert into number_series (account_id, series, next_number) select id, 'invoice', 37 from accounts;
            -- some paid in two parts, some in part, some overdue, some void
            insert into payments (account_id, id, invoice_id, amount_cents, method, received_at, notes, created_by)
            select account_id, gen_random_uuid(), id, part, 'cash', '2026-03-02T12:00Z', 'Old', created_by
            from (select *, row_number() over (order by total_cents) as place from invoices where status = 'sent') i
            cross join lateral (select total_cents / 2 as part where place % 4 in (0, 1) union all select total_cents - total_cents / 2 where place % 4 = 0) p;
            update invoices i set paid_cents = p.paid, status = case when p.paid = i.total_cents then 'paid' else 'partial' end, paid_at = case when p.paid = i.total_cents then now() end
            from (select invoice_id, sum(amount_cents) as paid from payments group by invoice_id) p where p.invoice_id = i.id;
            update invoices set status = 'overdue' where status = 'partial' and total_cents % 3 = 0;
            update invoices set status = 'void', voided_at = now() where status = 'sent' and total_cents % 7 = 0;
            """);
        const string Balances = "select string_agg(concat_ws(' ', invoice_number, status, total_cents, paid_cents, sent_at, paid_at), E'\\n' order by id) from invoices";
        const string Payments = "select string_agg(concat_ws(' ', id, invoice_id, amount_cents, method, received_at, notes, created_by, created_at), E'\\n' order by id) from payments";
        var (invoices, payments) = (await ValueAsync(database.OwnerSource, Balances), await ValueAsync(database.OwnerSource, Payments));

        await using (var owner = database.NewOwnerSource()) await new Migrator(owner, all).UpAsync(FieldServiceUnderTest.Stop);

        Assert.Equal(invoices, await ValueAsync(database.OwnerSource, Balances));
        Assert.Equal(payments, await ValueAsync(database.OwnerSource, Payments));
        Assert.Equal("0", await ValueAsync(database.OwnerSource, Bookkeeping.Disagreements));
        Assert.Equal("27 36", await ValueAsync(database.OwnerSource, """
            select concat_ws(' ', (select count(*) from ledger_entries where kind = 'payment'), (select count(*) from document_numbers where series = 'invoice'))
            """));
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
    }

    private static async Task<string?> ValueAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand($"select ({sql})::text");
        return (string?)await command.ExecuteScalarAsync(FieldServiceUnderTest.Stop);
    }
}
