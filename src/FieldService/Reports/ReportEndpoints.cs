using Outpost.FieldService.Web;

namespace Outpost.FieldService.Reports;

internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder app)
    {
        var reports = app.MapGroup("/api/v1/reports").WithTags("Reports");

        reports.MapGet("/receivables", Receivables.Handle).Requires(Ability.ReadMoney).WithSummary("Who owes how much, and for how long");
        reports.MapGet("/revenue", RevenueByMonth.Handle).Requires(Ability.ReadMoney).WithSummary("What was invoiced and what came in, by month");
        reports.MapGet("/taxes", TaxesByMonth.Handle).Requires(Ability.ReadMoney).WithSummary("Taxes by month, rate and component");
        reports.MapGet("/sequence", NumberSequence.Handle).Requires(Ability.ReadMoney).WithSummary("Every number given away and its fate");
    }
}
