using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>A company that has worked with an older version finds its papers as they were.</summary>
public sealed class AmountsThatWereThere(PostgresServer postgres)
{
    private const int Older = 7;

    // Every amount by its meaning, in words that both versions have.
    private const string Books = """
        select (select string_agg(concat_ws('|', id, status, subtotal_cents, tax_cents, total_cents, flat_rate_cents, tax_rate_millionths, notes, sent_at, decided_at, updated_at), E'\n' order by id) from estimates)
            || (select string_agg(concat_ws('|', id, status, subtotal_cents, tax_cents, total_cents, paid_cents, invoice_number, due_date, sent_at, paid_at, updated_at), E'\n' order by id) from invoices)
            || (select string_agg(concat_ws('|', id, description, quantity, unit_price_cents, total_cents, tax_rate_millionths, has_own_tax_rate, sort_order), E'\n' order by id)
                from (select id, description, quantity, unit_price_cents, total_cents, tax_rate_millionths, has_own_tax_rate, sort_order from estimate_line_items
                      union all select id, description, quantity, unit_price_cents, total_cents, tax_rate_millionths, has_own_tax_rate, sort_order from invoice_line_items) l)
            || (select string_agg(concat_ws('|', document_id, tax_rate_millionths, base_cents, tax_cents), E'\n' order by document_id, tax_rate_millionths) from document_taxes)
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Papers_survive_with_their_amounts_and_get_numbers_and_days()
    {
        var all = MigrationSet.From(typeof(FieldServiceApp).Assembly);
        await using var database = await postgres.DatabaseAsync(MigrationSet.Of(all.Migrations.Where(m => m.Version <= Older).Select(m => (m.File, m.Text))), Stop);
        await RunAsync(database, """
            insert into accounts (id, name, time_zone) values ('a0000000-0000-0000-0000-000000000001', 'North', 'America/New_York'), ('a0000000-0000-0000-0000-000000000002', 'South', 'Asia/Kathmandu');
            insert into users (account_id, id, email, full_name, password_hash, role) select id, id, lower(name) || '@x.test', name, 'x', 'owner' from accounts;
            insert into clients (account_id, id, name) select id, id, 'Ada' from accounts;
            insert into estimates (account_id, id, client_id, tax_rate_millionths, flat_rate_cents, subtotal_cents, tax_cents, total_cents, notes, expires_at, created_by)
              select a.id, ('e0000000-0000-0000-000' || right(a.id::text, 1) || '-00000000000' || n)::uuid, a.id, 99750, case when n = 3 then 3000 end, case n when 1 then 500 when 3 then 3000 else 0 end, case n when 1 then 50 when 3 then 299 else 0 end,
                     case n when 1 then 550 when 3 then 3299 else 0 end, 'note ' || n, case n when 1 then '2026-12-31 23:00-05'::timestamptz when 2 then '2027-01-01 00:00-05' end, a.id
              from accounts a, generate_series(1, 4) n;
            insert into estimate_line_items (account_id, id, estimate_id, description, quantity, unit_price_cents, tax_rate_millionths, total_cents, sort_order)
              select account_id, gen_random_uuid(), id, 'Work', 1.5, 333, 99750, 500, 0 from estimates where subtotal_cents = 500;
            insert into document_taxes (account_id, document_id, document, tax_rate_millionths, base_cents, tax_cents) select account_id, id, 'estimate', 99750, subtotal_cents, tax_cents from estimates where subtotal_cents > 0;
            update estimates set status = 'sent', sent_at = '2026-11-01'::timestamptz - (total_cents || ' seconds')::interval where subtotal_cents > 0;
            update estimates set status = 'approved', decided_at = now() where subtotal_cents = 500;
            insert into invoices (account_id, id, client_id, estimate_id, tax_rate_millionths, subtotal_cents, tax_cents, total_cents, created_by) select account_id, gen_random_uuid(), client_id, id, 99750, 500, 50, 550, created_by from estimates where status = 'approved';
            insert into invoice_line_items (account_id, id, invoice_id, description, quantity, unit_price_cents, tax_rate_millionths, total_cents, sort_order) select account_id, gen_random_uuid(), id, 'Work', 1.5, 333, 99750, 500, 0 from invoices;
            insert into document_taxes (account_id, document_id, document, tax_rate_millionths, base_cents, tax_cents) select account_id, id, 'invoice', 99750, 500, 50 from invoices;
            update invoices set status = 'sent', invoice_number = 'INV-0001', sent_at = now(), due_date = '2026-12-01' where account_id::text like '%1';
            begin;
            insert into payments (account_id, id, invoice_id, amount_cents, method, received_at, created_by) select account_id, gen_random_uuid(), id, 50, 'cash', now(), created_by from invoices where status = 'sent';
            update invoices set status = 'partial', paid_cents = 50 where status = 'sent';
            commit;
            """);
        var before = await ValueAsync(database, Books);

        await new Migrator(database.OwnerSource, all).UpAsync(Stop);

        Assert.Equal(before, await ValueAsync(database, Books));
        Assert.Equal("2026-12-31 2026-12-31", await ValueAsync(database, "select string_agg(expires_on::text, ' ' order by id) from estimates where account_id::text like '%1'"));
        // What is the last evening of the year in New York is the next morning in Kathmandu.
        Assert.Equal("2027-01-01 2027-01-01", await ValueAsync(database, "select string_agg(expires_on::text, ' ' order by id) from estimates where account_id::text like '%2'"));
        Assert.Equal("3299 EST-0001,550 EST-0002,3299 EST-0001,550 EST-0002", await ValueAsync(database, "select string_agg(total_cents || ' ' || estimate_number, ',' order by account_id, estimate_number) from estimates"));
        Assert.Equal("3 3", await ValueAsync(database, "select string_agg(next_number::text, ' ') from number_series where series = 'estimate'"));
        Assert.True((bool)(await ValueAsync(database, "select bool_and(document_adds_up(to_jsonb(e), 'estimates')) and (select bool_and(document_adds_up(to_jsonb(i), 'invoices')) from invoices i) from estimates e"))!);
        Assert.Equal("3.3300", await ValueAsync(database, "select string_agg(distinct unit_price::text, ' ') from invoice_line_items"));
    }

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<object?> ValueAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }
}
