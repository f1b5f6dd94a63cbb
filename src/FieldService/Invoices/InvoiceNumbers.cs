using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>
/// Numbers of issued documents: <c>INV-0001</c>, <c>INV-0002</c> … without gaps, or as the company's settings write them. Taking one locks the company's series
/// until the transaction ends, see <see cref="NumberSeries"/>.
/// </summary>
internal static class InvoiceNumbers
{
    /// <exception cref="RuleException">PRECONDITION_FAILED: a changed pattern writes a number that was given away before.</exception>
    public static async Task<string> TakeAsync(Db db, CurrentUser user, InvoiceId invoice, DateOnly today, DateTimeOffset now, CancellationToken ct)
    {
        var form = (await AccountSettings.OfAsync(db, user.Account, ct)).Numbering.Invoice;
        return await TakeAsync(db, user.Account, form.Series("invoice", today.Year), position => form.Written("INV-", today.Year, position), "invoice", invoice, null, now, ct);
    }

    /// <inheritdoc cref="TakeAsync(Db, CurrentUser, InvoiceId, DateOnly, DateTimeOffset, CancellationToken)"/>
    public static async Task<string> TakeAsync(Db db, CurrentUser user, CreditNoteId note, DateOnly today, DateTimeOffset now, CancellationToken ct)
    {
        var form = (await AccountSettings.OfAsync(db, user.Account, ct)).Numbering.CreditNote;
        return await TakeAsync(db, user.Account, form.Series("credit_note", today.Year), position => form.Written("CN-", today.Year, position), "credit_note", null, note, now, ct);
    }

    /// <summary>A number as it is written when the company set nothing else.</summary>
    public static string Written(long number) => new NumberForm().Written("INV-", 0, number);

    private static async Task<string> TakeAsync(
        Db db, AccountId account, string series, Func<long, string> written, string document, InvoiceId? invoice, CreditNoteId? note, DateTimeOffset now, CancellationToken ct)
    {
        var position = await NumberSeries.TakeAsync(db, account, series, ct);
        var number = written(position);
        try
        {
            await db.RunAsync($"""
                insert into document_numbers (account_id, series, position, number, document, invoice_id, credit_note_id, issued_at)
                values ({account}, {series}, {position}, {number}, {document}, {invoice}, {note}, {now})
                """, ct);
        }
        catch (PostgresException given) when (given is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "a_number_is_given_once" })
        {
            throw InvoiceRules.NumberIsTaken(number);
        }

        return number;
    }
}
