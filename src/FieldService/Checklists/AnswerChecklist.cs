using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checklists;

/// <summary>What was found on a visit is written down beside what was asked. Whoever sends it again says the same again; what is left out is not answered.</summary>
internal static class AnswerChecklist
{
    /// <param name="Item">As the checklist words it.</param>
    /// <param name="Value"><c>yes</c> for an item that is ticked, or what was asked for; empty when it is not answered.</param>
    /// <param name="Was">What stood there when the answer was given, for a request that compares.</param>
    public sealed record Given([property: Required] string? Item, string? Value, string? Was = null);

    /// <param name="Compare">Several answer the same list: what another has answered meanwhile stays where this one says nothing new, and is told of where it says something else.</param>
    public sealed record Request([property: Required, MaxLength(ChecklistRules.MostItems)] IReadOnlyList<Given>? Answers, bool Compare = false);

    public static async Task<Ok<Page<VisitChecklist>>> List(VisitId id, [AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        if (!await db.ValueAsync<bool>($"select exists (select from visits where account_id = {user.Account} and id = {id})", ct)) throw Missing.Of("visit");

        var lists = await db.ReadAsync([ChecklistSql.OfVisit(user.Account, id)], (results, token) => results.ListAsync(ChecklistSql.ReadOfVisit, token), ct);
        return Web.Answers.Page(paging, ([.. lists.Skip(paging.Offset).Take(paging.Limit)], lists.Count));
    }

    public static async Task<Ok<One<VisitChecklist>>> Handle(VisitId id, ChecklistId checklist, Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var found = await VisitSql.FindForUpdate(db, user, id, ct) ?? throw Missing.Of("visit");
        var before = (await db.ListAsync(ChecklistSql.OfVisit(user.Account, id), ChecklistSql.ReadOfVisit, ct)).Find(list => list.TemplateId == checklist.Value) ?? throw Missing.Of("checklist");
        if (!found.IsOpen) throw ChecklistRules.IsOver();

        var answers = before.Items.Select(_ => "").ToArray();
        foreach (var given in request.Answers!)
        {
            var place = Array.IndexOf(before.Items, given.Item!);
            if (place < 0) throw ChecklistRules.NoSuchItem(given.Item!);

            var value = given.Value ?? "";
            if (value.Length > ChecklistRules.LongestAnswer) throw ChecklistRules.TooLong();
            answers[place] = request.Compare ? Merged(before, place, given.Was ?? "", value, user) : value;
        }

        var after = before with { Answers = answers };
        await ChecklistSql.Answer(db, user, id, after, ct);
        await AuditLog.Updated(db, user, "visit_checklist", id, new { VisitId = id, before.Name, before.Items, before.Answers }, new { VisitId = id, after.Name, after.Items, after.Answers }, ct);
        var saved = (await db.ListAsync(ChecklistSql.OfVisit(user.Account, id), ChecklistSql.ReadOfVisit, ct)).Find(list => list.TemplateId == checklist.Value)!;
        await db.CommitAsync(ct);
        return Web.Answers.Ok(saved);
    }

    // What the same person has answered before they see replaced as they wish: without a signal their own page is behind.
    private static string Merged(VisitChecklist before, int place, string was, string value, CurrentUser user)
    {
        var stands = before.Answers[place];
        if (value == was) return stands;
        if (stands != was && stands != value && before.AnsweredBy != user.Id.Value) throw ChecklistRules.AnsweredMeanwhile(before.Items[place], stands);

        return value;
    }

    /// <summary>A visit is finished only when every checklist that has to be answered is. The caller holds the visit.</summary>
    /// <exception cref="Kernel.RuleException">PRECONDITION_FAILED</exception>
    public static async Task SeeThatItIsDone(Db db, AccountId account, VisitId visit, CancellationToken ct)
    {
        var lists = await db.ListAsync(ChecklistSql.OfVisit(account, visit), ChecklistSql.ReadOfVisit, ct);
        if (lists.Find(list => list is { IsRequired: true, IsAnswered: false }) is { } open) throw ChecklistRules.IsOpen(open.Name);
    }
}
