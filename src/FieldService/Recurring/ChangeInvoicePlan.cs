using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Recurring;

/// <summary>An invoice plan changes for every time that is still to come, is paused, goes on or ends. Invoices that were made stay as they are.</summary>
internal static class ChangeInvoicePlan
{
    public static async Task<Ok<One<InvoicePlan>>> Handle(InvoicePlanId id, Patch<CreateInvoicePlan.Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await InvoicePlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice plan");
        if (patch.IsEmpty) return Answers.Ok(plan);
        if (plan.Status is PlanStatus.Ended) throw RecurringRules.HasEnded();

        var asked = await (await patch.OverAsync(CreateInvoicePlan.Request.Of(plan), ct)).OverAsync(db, user, plan, ct) with { Trouble = null };
        var now = clock.GetUtcNow();
        // What is late already is owed all the same.
        var going = asked.GoingOnFrom(plan.NextAt < now ? plan.NextAt.Value : now, await LastMade(db, plan, ct));
        if (going is { Status: PlanStatus.Active, NextAt: null }) throw RecurringRules.NeverComesRound();

        return await SavedAsync(db, user, plan, going, ct);
    }

    public static async Task<Ok<One<InvoicePlan>>> Move(InvoicePlanId id, MoveJobPlan.Request request, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var plan = await InvoicePlanSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice plan");
        if (request.Status == plan.Status) return Answers.Ok(plan);

        return await SavedAsync(db, user, plan, plan.To(request.Status!.Value).GoingOnFrom(clock.GetUtcNow(), await LastMade(db, plan, ct)), ct);
    }

    private static async Task<WallTime?> LastMade(Db db, InvoicePlan plan, CancellationToken ct) => await InvoicePlanSql.LastMade(db, plan, ct) is { } last ? new(last) : null;

    private static async Task<Ok<One<InvoicePlan>>> SavedAsync(Db db, CurrentUser user, InvoicePlan plan, InvoicePlan asked, CancellationToken ct)
    {
        var changed = await InvoicePlanSql.Save(db, asked, ct);
        await AuditLog.Updated(db, user, "invoice_plan", plan.Id, plan, changed, ct);
        await db.CommitAsync(ct);
        return Answers.Ok(changed);
    }
}
