using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checklists;

/// <summary>The office writes down what is to be looked at on a kind of job, changes it, and takes it out of use. What was answered stays as it was asked.</summary>
internal static class WriteChecklist
{
    public sealed record Request(
        [property: Required, StringLength(200)] string? Name,
        [property: Required] IReadOnlyList<string>? Items,
        IReadOnlyList<string>? JobWords,
        bool? IsRequired,
        bool? IsArchived);

    public static async Task<Ok<Page<Checklist>>> List([AsParameters] Paging paging, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var (rows, total) = await db.ReadAsync(
            [
                $"select {ChecklistSql.Columns} from checklist_templates c where c.account_id = {user.Account} order by c.archived_at is not null, lower(c.name), c.id {paging.Window}",
                $"select count(*) from checklist_templates where account_id = {user.Account}",
            ],
            async (results, token) => (await results.ListAsync(ChecklistSql.Read, token), (await results.ListAsync(row => row.GetInt64(0), token))[0]), ct);
        return Answers.Page(paging, (rows, total));
    }

    public static async Task<Created<One<Checklist>>> Create(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var list = await ChecklistSql.Insert(db, new(
            ChecklistId.New(), user.Account, request.Name!, Words(request.JobWords), Items(request.Items), request.IsRequired ?? false, null, default, default), ct);
        await AuditLog.Inserted(db, user, "checklist", list.Id, list, ct);
        await db.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/checklists/{list.Id.Value}", new One<Checklist>(list));
    }

    public static async Task<Ok<One<Checklist>>> Change(ChecklistId id, Patch<Request> patch, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        var list = await ChecklistSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("checklist");
        if (patch.IsEmpty) return Answers.Ok(list);

        var change = await patch.OverAsync(new(list.Name, list.Items, list.JobWords, list.IsRequired, list.ArchivedAt is not null), ct);
        var changed = await ChecklistSql.Save(db, list with
        {
            Name = change.Name!,
            Items = Items(change.Items),
            JobWords = Words(change.JobWords),
            IsRequired = change.IsRequired ?? false,
            ArchivedAt = change.IsArchived is true ? list.ArchivedAt ?? clock.GetUtcNow() : null,
        }, ct);
        await AuditLog.Updated(db, user, "checklist", id, list, changed, ct);
        await db.CommitAsync(ct);
        return Answers.Ok(changed);
    }

    private static string[] Items(IReadOnlyList<string>? items)
    {
        var clean = (items ?? []).Select(item => item?.Trim() ?? "").Where(item => item.Length > 0).ToArray();
        return clean.Length is > 0 and <= ChecklistRules.MostItems && clean.All(item => item.Length <= ChecklistRules.LongestItem) && clean.Distinct().Count() == clean.Length ? clean : throw ChecklistRules.NoItems();
    }

    private static string[] Words(IReadOnlyList<string>? words)
    {
        var clean = (words ?? []).Select(word => word?.Trim() ?? "").Where(word => word.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return clean.Length <= ChecklistRules.MostWords && clean.All(word => word.Length <= ChecklistRules.LongestWord) ? clean : throw ChecklistRules.NoWords();
    }
}
