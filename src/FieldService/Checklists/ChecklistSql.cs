using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Visits;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Checklists;

/// <summary>Every statement that writes <c>checklist_templates</c> and <c>visit_checklists</c>.</summary>
internal static class ChecklistSql
{
    public static Sql Columns => $"c.id, c.account_id, c.name, c.job_words, c.items, c.is_required, c.archived_at, c.created_at, c.updated_at, c.version";

    public static async Task<Checklist> Insert(Db db, Checklist list, CancellationToken ct) => (await db.FirstAsync($"""
        insert into checklist_templates as c (account_id, id, name, job_words, items, is_required)
        values ({list.AccountId}, {list.Id}, {list.Name}, {list.JobWords.ToArray()}, {list.Items.ToArray()}, {list.IsRequired})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<Checklist> Save(Db db, Checklist list, CancellationToken ct) => (await db.FirstAsync($"""
        update checklist_templates c
        set name = {list.Name}, job_words = {list.JobWords.ToArray()}, items = {list.Items.ToArray()}, is_required = {list.IsRequired}, archived_at = {list.ArchivedAt}
        where c.account_id = {list.AccountId} and c.id = {list.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Task<Checklist?> FindForUpdate(Db db, AccountId account, ChecklistId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from checklist_templates c where c.account_id = {account} and c.id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static async Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) => (await FindForUpdate(db, user.Account, new(id), ct))?.Version;

    public static Task Answer(Db db, CurrentUser user, VisitId visit, VisitChecklist list, CancellationToken ct) => db.RunAsync($"""
        insert into visit_checklists as l (account_id, visit_id, template_id, name, items, answers, answered_by)
        values ({user.Account}, {visit}, {list.TemplateId}, {list.Name}, {list.Items}, {list.Answers}, {user.Id})
        on conflict (account_id, visit_id, template_id) do update set name = excluded.name, items = excluded.items, answers = excluded.answers, answered_by = excluded.answered_by
        """, ct);

    /// <summary>
    /// The checklists of a visit: those that were answered, and, while it is open, those that belong to its kind of job. What was answered and is asked no longer in
    /// the same words is asked as it is now, with the answers that still fit.
    /// </summary>
    public static Sql OfVisit(AccountId account, VisitId visit) => $"""
        select c.id as template_id, case when v.status in ('completed', 'cancelled') then l.name else c.name end as name,
               case when v.status in ('completed', 'cancelled') then l.items else c.items end as items,
               case when v.status in ('completed', 'cancelled') then l.answers
                    else array(select coalesce(l.answers[array_position(l.items, i.item)], '') from unnest(c.items) with ordinality i (item, place) order by i.place) end as answers,
               c.is_required, l.answered_by, l.updated_at as answered_at
        from visits v
        join jobs j on j.account_id = v.account_id and j.id = v.job_id
        join checklist_templates c on c.account_id = v.account_id
        left join visit_checklists l on l.account_id = v.account_id and l.visit_id = v.id and l.template_id = c.id
        where v.account_id = {account} and v.id = {visit}
          and (l.template_id is not null or (v.status not in ('completed', 'cancelled') and c.archived_at is null
               and (c.job_words = array[]::text[] or exists (select from unnest(c.job_words) w where strpos(lower(j.title), lower(w)) > 0))))
        order by lower(c.name), c.id
        """;

    /// <summary>A row of <see cref="OfVisit"/>.</summary>
    public static VisitChecklist ReadOfVisit(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<string[]>(3), row.GetBoolean(4),
        row.IsDBNull(5) ? null : row.GetGuid(5), row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6));

    public static Checklist Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        row.GetFieldValue<string[]>(3),
        row.GetFieldValue<string[]>(4),
        row.GetBoolean(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetFieldValue<DateTimeOffset>(8))
    {
        Version = row.GetInt32(9),
    };
}
