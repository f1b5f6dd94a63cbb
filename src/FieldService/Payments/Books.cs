using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Payments;

/// <summary>Enters something into the ledger and lets follow what depends on it.</summary>
internal static class Books
{
    /// <summary>Enters it and lets the invoice follow from all its entries.</summary>
    /// <param name="invoice">Locked by the caller.</param>
    /// <returns>The invoice as it is now.</returns>
    public static async Task<Invoice> EnterAsync(Db db, CurrentUser user, Invoice invoice, LedgerEntry entry, DateTimeOffset now, CancellationToken ct)
    {
        await EnterAsync(db, user, entry, ct);
        var after = invoice.Settled(await LedgerSql.SettlementAsync(db, user.Account, invoice.Id, ct), now);
        // What became credit as a whole changes nothing on the invoice.
        if (after == invoice) return after;

        await InvoiceSql.SaveMove(db, after, ct);
        await AuditLog.Updated(db, user, "invoice", invoice.Id, Standing.Of(invoice), Standing.Of(after), ct);
        return after;
    }

    /// <summary>Enters what concerns no invoice.</summary>
    public static async Task EnterAsync(Db db, CurrentUser user, LedgerEntry entry, CancellationToken ct)
    {
        await LedgerSql.EnterAsync(db, entry, ct);
        await AuditLog.Inserted(db, user, "ledger_entry", entry.Id, entry, ct);
    }

    /// <summary>An entry of this caller, to be filled in.</summary>
    public static LedgerEntry Entry(CurrentUser user, LedgerKind kind, Clients.ClientId client, DateTimeOffset happenedAt) =>
        new(LedgerEntryId.New(), user.Account, kind, client, user.Id, happenedAt);
}
