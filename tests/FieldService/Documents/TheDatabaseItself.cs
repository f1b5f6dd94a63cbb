using Npgsql;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Documents;

/// <summary>What the service's own role cannot do, whichever program uses it.</summary>
public sealed class TheDatabaseItself(PostgresServer postgres)
{
    [Fact]
    public async Task An_issued_invoice_stays_as_it_is()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.IssuedInvoiceAsync();

        foreach (var (sql, fence) in new (string Sql, string? Fence)[]
                 {
                     ("update invoices set total_cents = 1, subtotal_cents = 1 where id = $1", "issued_documents_stay"),
                     ("update invoices set notes = 'x' where id = $1", "issued_documents_stay"),
                     ("update invoices set due_date = '2030-01-01' where id = $1", "issued_documents_stay"),
                     ("update invoices set invoice_number = 'INV-9' where id = $1", "issued_documents_stay"),
                     ("update invoices set sent_at = now() where id = $1", "issued_documents_stay"),
                     ("update invoices set status = 'draft' where id = $1", "only_listed_moves"),
                     ("update invoices set status = 'paid', paid_at = now() where id = $1", "an_invoice_status_follows_its_ledger"),
                     ("update invoices set status = 'paid', paid_at = now(), paid_cents = total_cents where id = $1", "invoices_match_their_ledger"),
                     ("update invoices set status = 'partial', paid_cents = 1 where id = $1", "invoices_match_their_ledger"),
                     ("delete from invoices where id = $1", "issued_documents_are_kept"),
                     ("delete from invoice_line_items where invoice_id = $1", "lines_of_issued_documents_stay"),
                     ("delete from document_taxes where document_id = $1", "lines_of_issued_documents_stay"),
                     ("insert into invoice_line_items (account_id, id, invoice_id, description, quantity, unit_price, tax_rate_millionths, total_cents, sort_order) select account_id, gen_random_uuid(), id, 'x', 1, 0.01, 0, 1, 9 from invoices where id = $1", "lines_of_issued_documents_stay"),
                     ("insert into document_taxes (account_id, document_id, document, tax_rate_millionths, base_cents, tax_cents) select account_id, id, 'invoice', 7, 1, 0 from invoices where id = $1", "lines_of_issued_documents_stay"),
                     ("insert into payments (account_id, id, invoice_id, amount_cents, method, received_at, created_by) select account_id, gen_random_uuid(), id, 1, 'cash', now(), created_by from invoices where id = $1", "payments_match_their_ledger"),
                     ("insert into payments (account_id, id, invoice_id, amount_cents, method, received_at, created_by) select account_id, gen_random_uuid(), id, 0, 'cash', now(), created_by from invoices where id = $1", "a_payment_is_more_than_nothing"),
                     ("update invoice_line_items set unit_price = 1, total_cents = 100 where invoice_id = $1", null),
                     ("update document_taxes set tax_cents = 0 where document_id = $1", null),
                     ("update payments set amount_cents = 2 where invoice_id = $1", null),
                     ("delete from payments where invoice_id = $1", null),
                     ("update ledger_entries set paid_cents = 2 where invoice_id = $1", null),
                     ("delete from ledger_entries where invoice_id = $1", null),
                 })
        {
            await RefusedAsync(desk, sql, id, fence);
        }
    }

    [Fact]
    public async Task An_approved_estimate_stays_as_it_is()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();

        foreach (var (sql, fence) in new (string Sql, string? Fence)[]
                 {
                     ("update estimates set notes = 'x' where id = $1", "issued_documents_stay"),
                     ("update estimates set internal_notes = 'x' where id = $1", "issued_documents_stay"),
                     ("update estimates set expires_on = current_date where id = $1", "issued_documents_stay"),
                     ("update estimates set status = 'sent', decided_at = null where id = $1", "only_listed_moves"),
                     ("delete from estimates where id = $1", "issued_documents_are_kept"),
                     ("delete from estimate_line_items where estimate_id = $1", "lines_of_issued_documents_stay"),
                     ("delete from document_taxes where document_id = $1", "lines_of_issued_documents_stay"),
                     ("insert into estimate_line_items (account_id, id, estimate_id, description, quantity, unit_price, tax_rate_millionths, total_cents, sort_order) select account_id, gen_random_uuid(), id, 'x', 1, 0.01, 0, 1, 9 from estimates where id = $1", "lines_of_issued_documents_stay"),
                 })
        {
            await RefusedAsync(desk, sql, id, fence);
        }
    }

    [Theory]
    [InlineData("delete from invoice_line_items where invoice_id = $1")]
    [InlineData("delete from document_taxes where document_id = $1")]
    [InlineData("update invoices set subtotal_cents = 1, tax_cents = 0, total_cents = 1 where id = $1")]
    public async Task A_draft_whose_amounts_disagree_cannot_be_issued(string sql)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper(100_00, 10));
        await AsServiceAsync(desk, sql, id);

        await RefusedAsync(desk, "update invoices set status = 'sent', invoice_number = 'INV-1', sent_at = now() where id = $1", id, "issued_documents_add_up");
    }

    [Fact]
    public async Task Lines_cannot_slip_in_while_an_invoice_is_being_issued()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await using var other = await desk.App.Database.Superuser.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var issuing = await other.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var issue = new NpgsqlCommand($"update invoices set status = 'sent', invoice_number = 'INV-1', sent_at = now() where id = '{id}'", other)) await issue.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);

        var slipping = RefusedAsync(desk, "delete from invoice_line_items where invoice_id = $1", id, "lines_of_issued_documents_stay");
        await desk.WaitingAsync(1);
        await issuing.CommitAsync(FieldServiceUnderTest.Stop);

        await slipping;
    }

    [Fact]
    public async Task An_admin_cannot_delete_a_draft_even_by_SQL()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Invoices, desk.Paper());

        Assert.Equal(0, await AsServiceAsync(desk, "delete from invoices where id = $1", id, "admin"));
        Assert.Equal(1, await AsServiceAsync(desk, "delete from invoices where id = $1", id));
    }

    private static async Task RefusedAsync(Desk desk, string sql, string id, string? fence)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => AsServiceAsync(desk, sql, id));
        if (fence is null) Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        else Assert.Equal(fence, error.ConstraintName);
    }

    /// <summary>Runs a statement as the service's role for the company, and commits.</summary>
    private static async Task<int> AsServiceAsync(Desk desk, string sql, string id, string role = "owner")
    {
        await using var connection = await desk.App.Database.AppSource.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var transaction = await connection.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var tenant = new NpgsqlCommand("select set_config('app.current_account_id', $1, true), set_config('app.current_user_id', $2, true), set_config('app.current_role', $3, true)", connection)
        {
            Parameters = { new() { Value = desk.App.Company.Account.ToString() }, new() { Value = desk.App.Company.Owner.Id.ToString() }, new() { Value = role } },
        })
        {
            await tenant.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
        }

        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = Desk.Id(id) } } };
        var rows = await command.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
        await transaction.CommitAsync(FieldServiceUnderTest.Stop);
        return rows;
    }
}
