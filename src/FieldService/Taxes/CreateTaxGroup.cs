using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Taxes;

/// <summary>The office puts taxes together that go on a line together.</summary>
internal static class CreateTaxGroup
{
    public sealed record Request(
        [property: Required, StringLength(100)] string Name,
        [property: Required] IReadOnlyList<TaxRateId>? TaxRateIds,
        bool? IsDefault,
        bool? IsActive)
    {
        public VatCategory? VatCategory { get; init; }

        [StringLength(500)]
        public string? ExemptionReason { get; init; }

        /// <summary>The rates by their ids only; what they are called and come to is read again once they are stored.</summary>
        /// <exception cref="RuleException">VALIDATION_ERROR</exception>
        internal IReadOnlyList<TaxGroup.Part> Parts() =>
            TaxRateIds is { Count: > 0 and <= TaxRules.MostParts } ids && ids.Distinct().Count() == ids.Count
                ? [.. ids.Select(id => new TaxGroup.Part(id, "", Percent.Zero))]
                : throw TaxRules.HasNoParts();
    }

    public static async Task<Created<One<TaxGroup>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var group = await TaxGroupSql.Insert(db, new(
            TaxGroupId.New(), user.Account, request.Name, request.IsDefault ?? false, request.IsActive ?? true, request.Parts(), default, default)
        {
            VatCategory = request.VatCategory,
            ExemptionReason = request.ExemptionReason,
        }, ct);
        await AuditLog.Inserted(db, user, "tax_group", group.Id, group, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/tax-groups/{group.Id.Value}", group);
    }
}
