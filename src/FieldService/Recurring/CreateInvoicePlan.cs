using System.ComponentModel.DataAnnotations;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>The office agrees with a client on an invoice that comes round. Nothing is made of times before this moment.</summary>
internal static class CreateInvoicePlan
{
    /// <param name="Invoice">The invoice as it is posted to <c>/api/v1/invoices</c>, without <c>job_id</c> and <c>due_date</c>.</param>
    public sealed record Request(
        [property: Required, StringLength(255)] string Title,
        [property: Required] CreateInvoice.Request? Invoice,
        [property: Range(0, 3650)] int? TermsDays,
        bool Issues,
        [property: Required] WallTime? StartsAtLocal,
        [property: StringLength(64)] string? TimeZone,
        [property: Required, StringLength(RuleText.Longest)] string Rrule,
        [property: MaxLength(CreateJobPlan.MostLeftOut)] IReadOnlyList<WallTime>? Exdates)
    {
        internal static Request Of(InvoicePlan plan) => new(plan.Title, plan.Invoice, plan.TermsDays, plan.Issues, plan.StartsAtLocal, plan.TimeZone, plan.Rrule, plan.Exdates);

        /// <summary>A plan with what is asked for here, of which an invoice could be made this minute.</summary>
        /// <exception cref="RuleException">VALIDATION_ERROR, NOT_FOUND, PRECONDITION_FAILED</exception>
        internal async Task<InvoicePlan> OverAsync(Db db, CurrentUser user, InvoicePlan plan, CancellationToken ct)
        {
            if (Invoice!.JobId is not null) throw RecurringRules.NotInATemplate("job_id");
            if (Invoice.DueDate is not null) throw RecurringRules.NotInATemplate("due_date");

            await CreateInvoice.SeeThatItCanBeIssuedAsync(db, user, Invoice, ct);
            var asked = plan with
            {
                ClientId = Invoice.ClientId!.Value,
                PropertyId = Invoice.PropertyId,
                Title = Title,
                Invoice = Invoice,
                TermsDays = TermsDays,
                Issues = Issues,
                StartsAtLocal = StartsAtLocal!.Value,
                TimeZone = TimeZone ?? plan.TimeZone,
                Rrule = RuleText.Write(RuleText.Read(Rrule)),
                Exdates = [.. (Exdates ?? []).Distinct().Order()],
            };
            SiteTime.Zone(asked.TimeZone);
            return asked;
        }
    }

    public static async Task<IResult> Handle(Request request, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync(request, null, ct) is { } before) return before;

        var blank = new InvoicePlan(
            InvoicePlanId.New(), user.Account, default, null, "", request.Invoice!, null, false, default, user.TimeZone, "", [], PlanStatus.Active, null, null, user.Id, default, default);
        var asked = (await request.OverAsync(db, user, blank, ct)).GoingOnFrom(clock.GetUtcNow(), null);
        if (asked.NextAt is null) throw RecurringRules.NeverComesRound();

        var plan = await InvoicePlanSql.Insert(db, asked, ct);
        await AuditLog.Inserted(db, user, "invoice_plan", plan.Id, plan, ct);
        return await retry.CommitAsync(StatusCodes.Status201Created, new One<InvoicePlan>(plan), ct);
    }
}
