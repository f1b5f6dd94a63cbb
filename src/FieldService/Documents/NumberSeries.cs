using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents;

/// <summary>
/// Numbers without gaps. Taking one locks the company's series until the transaction ends, so whoever is next waits, and a number that was taken by a
/// transaction that failed is the next one's again.
/// </summary>
internal static class NumberSeries
{
    public static Task<long> TakeAsync(Db db, AccountId account, Document of, CancellationToken ct) => TakeAsync(db, account, Kernel.Words<Document>.Of(of), ct);

    /// <inheritdoc cref="TakeAsync(Db, AccountId, Document, CancellationToken)"/>
    public static Task<long> TakeAsync(Db db, AccountId account, string series, CancellationToken ct) => db.ValueAsync<long>($"""
        insert into number_series as s (account_id, series, next_number) values ({account}, {series}, 2)
        on conflict (account_id, series) do update set next_number = s.next_number + 1
        returning next_number - 1
        """, ct);
}
