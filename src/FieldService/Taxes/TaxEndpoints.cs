using Outpost.FieldService.Web;

namespace Outpost.FieldService.Taxes;

internal static class TaxEndpoints
{
    public static void MapTaxes(this IEndpointRouteBuilder app)
    {
        var rates = app.MapGroup("/api/v1/tax-rates").WithTags("Taxes");

        rates.MapGet("", ListTaxRates.Handle).Requires(Ability.ReadMoney).WithSummary("Tax rates, by name");
        rates.MapPost("", CreateTaxRate.Handle).Requires(Ability.ManageMoney).WithSummary("Add a tax rate");
        rates.MapPatch("/{id}", ChangeTaxRate.Handle).Requires(Ability.ManageMoney).Versioned(TaxRateSql.LockVersion).WithSummary("Change a tax rate");
        rates.MapDelete("/{id}", DeleteTaxRate.Handle).Requires(Ability.ManageMoney).Versioned(TaxRateSql.LockVersion).WithSummary("Delete a tax rate that is in no group");

        var groups = app.MapGroup("/api/v1/tax-groups").WithTags("Taxes");

        groups.MapGet("", ListTaxGroups.Handle).Requires(Ability.ReadMoney).WithSummary("Tax groups with their rates, by name");
        groups.MapPost("", CreateTaxGroup.Handle).Requires(Ability.ManageMoney).WithSummary("Put tax rates together");
        groups.MapPatch("/{id}", ChangeTaxGroup.Handle).Requires(Ability.ManageMoney).Versioned(TaxGroupSql.LockVersion).WithSummary("Change a tax group");
        groups.MapDelete("/{id}", DeleteTaxGroup.Handle).Requires(Ability.ManageMoney).Versioned(TaxGroupSql.LockVersion).WithSummary("Delete a tax group that is on no document");
    }
}
