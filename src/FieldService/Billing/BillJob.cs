using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Billing;

/// <summary>The office puts what was used, worked and spent on a job onto a draft invoice, a new one unless one is named. Everything is put on an invoice once.</summary>
internal static class BillJob
{
    /// <param name="InvoiceId">A draft for this job; a new one is made when it is left out.</param>
    /// <param name="Include">Which of parts, time and expenses; all when it is left out.</param>
    /// <param name="TaxRate">The rate of a new invoice, for what has none of its own.</param>
    public sealed record Request(InvoiceId? InvoiceId, IReadOnlyList<SubjectKind>? Include, Percent? TaxRate);

    public sealed record Response(InvoiceId InvoiceId, GetInvoice.Response Invoice, IReadOnlyList<Thing> Billed, IReadOnlyList<Thing> LeftOut);

    /// <summary>A part, a time entry or an expense.</summary>
    public sealed record Thing(SubjectKind Kind, Guid Id);

    private sealed record Link(SubjectKind Kind, InvoiceId InvoiceId);

    public static async Task<IResult> Handle(JobId id, Request request, CurrentUser user, Db db, Idempotency idempotency, CancellationToken ct)
    {
        if (await idempotency.ReplayAsync(request, null, ct) is { } replay) return replay;

        // An invoice is locked before its job.
        var draft = request.InvoiceId is { } named ? await InvoiceSql.FindForUpdate(db, user.Account, named, ct) ?? throw Missing.Of("invoice", "invoice_id") : null;
        var job = await JobSql.FindToMove(db, user, id, ct) ?? throw Missing.Of("job");
        if (draft is not null && (draft.ClientId != job.ClientId || (draft.JobId is { } other && other != job.Id))) throw BillingRules.IsOfAnotherJob();

        var kinds = request.Include is { Count: > 0 } asked ? asked.ToHashSet() : Enum.GetValues<SubjectKind>().ToHashSet();
        var work = await BilledWorkSql.FindAsync(db, user, job.Id, kinds, ct);
        if (work.Subjects.Count == 0) throw BillingRules.NothingToBill();

        var invoice = draft is null
            ? await CreateInvoice.DraftAsync(new(job.ClientId, job.Id, job.PropertyId, null, null, request.TaxRate, null, work.Lines), user, db, ct)
            : await AddLines.ToDraftAsync(db, user, draft, work.Lines, ct);
        // The lock on the job makes this hold; if it ever did not, nothing is kept rather than something billed twice.
        if (await BilledWorkSql.InsertAsync(db, user.Account, invoice.Id, work.Subjects, ct) != work.Subjects.Count) throw BillingRules.NothingToBill();
        foreach (var subject in work.Subjects) await AuditLog.Inserted(db, user, "billed_work", subject.Id, new Link(subject.Kind, invoice.Id), ct);

        return await idempotency.CommitAsync(StatusCodes.Status201Created, new One<Response>(new(invoice.Id, invoice, Things(work.Subjects), Things(work.LeftOut))), ct);
    }

    /// <summary>Lets go of what a draft charges for, so that it can be put on another. The lines are the office's to remove.</summary>
    public static async Task<Microsoft.AspNetCore.Http.HttpResults.Ok<One<Released>>> Release(InvoiceId id, CurrentUser user, Db db, CancellationToken ct)
    {
        var invoice = await InvoiceSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("invoice");
        if (invoice.Status is not InvoiceStatus.Draft) throw InvoiceRules.IsIssued(invoice.Status);

        var released = await BilledWorkSql.DeleteOfAsync(db, user.Account, id, ct);
        foreach (var subject in released) await AuditLog.Deleted(db, user, "billed_work", subject.Id, new Link(subject.Kind, id), ct);
        await db.CommitAsync(ct);

        return Answers.Ok(new Released(Things(released)));
    }

    public sealed record Released(IReadOnlyList<Thing> Things);

    private static List<Thing> Things(IEnumerable<Subject> subjects) => [.. subjects.Select(s => new Thing(s.Kind, s.Id.Value))];
}
