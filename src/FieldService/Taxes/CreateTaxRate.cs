using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>The office writes down a tax it has to charge.</summary>
internal static class CreateTaxRate
{
    public sealed record Request([property: Required, StringLength(100)] string Name, [property: Required] Percent? Rate);

    public static async Task<Created<One<TaxRate>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var rate = await TaxRateSql.Insert(db, new(TaxRateId.New(), user.Account, request.Name, request.Rate!.Value, default, default), ct);
        await AuditLog.Inserted(db, user, "tax_rate", rate.Id, rate, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/tax-rates/{rate.Id.Value}", rate);
    }
}
