using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Search;

/// <summary>
/// Somebody is on the telephone and says a name, a street or a number. The newest few of each kind are answered; the lists have the rest. Who may not read a
/// kind finds none of it.
/// </summary>
internal static class FindEverywhere
{
    private const int Few = 5;

    /// <param name="Title">What it is called.</param>
    /// <param name="Detail">What tells it from others that are called the same.</param>
    public sealed record Found(Guid Id, string Title, string? Detail, string? Status);

    public sealed record Response(IReadOnlyList<Found> Clients, IReadOnlyList<Found> Properties, IReadOnlyList<Found> Jobs, IReadOnlyList<Found> Estimates, IReadOnlyList<Found> Invoices);

    private sealed record Row(string Kind, Guid Id, string Title, string? Detail, string? Status);

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static async Task<Ok<One<Response>>> Handle(string? q, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        if (ListParameters.Search(q) is not { } text) return Answers.Ok(new Response([], [], [], [], []));

        var (account, clients, money) = (user.Account, user.Role.May(Ability.ReadClients), user.Role.May(Ability.ReadMoney));
        // Whom and where the words name is looked up once for all kinds, and so is how they are looked for.
        var found = (await db.ListAsync<Row>($"""
            with named as materialized (select clients_matching({text.Pattern}) as id),
                 placed as materialized (select properties_by_address({text.Pattern}) as id)
            (select 'client' as kind, c.id, c.name as title, coalesce(c.company_name, c.phone, c.email) as detail, null::text as status
             from clients c
             where c.account_id = {account} and {clients} and c.id in (select id from named) order by c.created_at desc, c.id desc limit {Sql.Number(Few)})
            union all
            (select 'property', p.id, p.address, c.name, null
             from (select p.* from (select id from placed union select p.id from named join properties p on p.account_id = {account} and p.client_id = named.id) f
                   join properties p on p.account_id = {account} and p.id = f.id where {clients} order by p.created_at desc, p.id desc limit {Sql.Number(Few)}) p
             join clients c on c.account_id = p.account_id and c.id = p.client_id order by p.created_at desc, p.id desc)
            union all
            (select 'job', j.id, j.title, c.name, j.status
             from ({Newest($"jobs", $"j", $"j.account_id = {account} {(user.IsOffice ? null : JobSearch.OwnOf(user))}",
                  $"j.search {Like(text)} or j.client_id in (select id from named) or j.property_id in (select id from placed)",
                  $"""
                  select jobs_by_title({text.Pattern})
                  union all select j.id from jobs j where j.account_id = {account} and j.client_id = any (array(select id from named))
                  union all select j.id from jobs j where j.account_id = {account} and j.property_id = any (array(select id from placed))
                  """)}) f
             join jobs j on j.account_id = {account} and j.id = f.id
             join clients c on c.account_id = j.account_id and c.id = j.client_id order by j.created_at desc, j.id desc)
            union all
            (select 'estimate', e.id, coalesce(j.title, c.name), c.name, e.status
             from ({Newest($"estimates", $"e", $"e.account_id = {account} and {money}",
                  $"lower(coalesce(e.estimate_number, '') || ' ' || coalesce(e.notes, '')) {Like(text)} or e.client_id in (select id from named)",
                  $"""
                  select estimates_by_words({text.Pattern})
                  union all select e.id from estimates e where e.account_id = {account} and e.client_id = any (array(select id from named))
                  """)}) f
             join estimates e on e.account_id = {account} and e.id = f.id
             join clients c on c.account_id = e.account_id and c.id = e.client_id left join jobs j on j.account_id = e.account_id and j.id = e.job_id
             order by e.created_at desc, e.id desc)
            union all
            (select 'invoice', i.id, coalesce(i.invoice_number, 'Draft'), c.name, i.status
             from ({Newest($"invoices", $"i", $"i.account_id = {account} and {money}",
                  $"lower(coalesce(i.invoice_number, '')) {Like(text)} or i.client_id in (select id from named)",
                  $"""
                  select invoices_by_number({text.Pattern})
                  union all select i.id from invoices i where i.account_id = {account} and i.client_id = any (array(select id from named))
                  """)}) f
             join invoices i on i.account_id = {account} and i.id = f.id
             join clients c on c.account_id = i.account_id and c.id = i.client_id order by i.created_at desc, i.id desc)
            """, ct)).ToLookup(row => row.Kind, row => new Found(row.Id, row.Title, row.Detail, row.Status));

        return Answers.Ok(new Response([.. found["client"]], [.. found["property"]], [.. found["job"]], [.. found["estimate"]], [.. found["invoice"]]));
    }

    private static Sql Like(SearchText text) => $"like any ((select patterns_of({text.Pattern}))::text[])";

    /// <summary>
    /// The ids of the newest few that fit. A word that thousands have is found among the newest of all, without looking at thousands; only one that few have is
    /// looked up, and that is quick.
    /// </summary>
    /// <param name="table">The kind.</param>
    /// <param name="row">The letter that stands for one of them in the conditions.</param>
    /// <param name="seen">Which of them may be seen.</param>
    /// <param name="fits">Whether one of them fits.</param>
    /// <param name="ids">Those that fit, by the indexes; some of them twice.</param>
    private static Sql Newest(Sql table, Sql row, Sql seen, Sql fits, Sql ids) => $"""
        with recent as materialized (
            select {row}.id from (select * from {table} {row} where {seen} order by {row}.created_at desc, {row}.id desc limit 500) {row}
            where {fits} order by {row}.created_at desc, {row}.id desc limit {Sql.Number(Few)})
        select id from recent where (select count(*) from recent) = {Sql.Number(Few)}
        union all
        (select {row}.id from {table} {row} where (select count(*) from recent) < {Sql.Number(Few)} and {seen} and {row}.id = any (array({ids}))
         order by {row}.created_at desc, {row}.id desc limit {Sql.Number(Few)})
        """;
}
