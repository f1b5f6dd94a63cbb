using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>
/// Numbers of issued invoices: <c>INV-0001</c>, <c>INV-0002</c> … without gaps. Taking one locks the company's series until the transaction ends, so the
/// next issue waits, and a number that was taken by an issue that failed is the next one's again.
/// </summary>
internal static class InvoiceNumbers
{
    public static async Task<string> TakeAsync(Db db, AccountId account, CancellationToken ct) => Written(await db.ValueAsync<long>($"""
        insert into number_series as s (account_id, series, next_number) values ({account}, 'invoice', 2)
        on conflict (account_id, series) do update set next_number = s.next_number + 1
        returning next_number - 1
        """, ct));

    public static string Written(long number) => $"INV-{number:0000}";
}
