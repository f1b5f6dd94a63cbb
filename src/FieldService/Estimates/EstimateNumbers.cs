using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>Numbers of estimates that went out: <c>EST-0001</c>, <c>EST-0002</c> … without gaps, see <see cref="NumberSeries"/>.</summary>
internal static class EstimateNumbers
{
    public static async Task<string> TakeAsync(Db db, AccountId account, CancellationToken ct) => Written(await NumberSeries.TakeAsync(db, account, Document.Estimate, ct));

    public static string Written(long number) => $"EST-{number:0000}";
}
