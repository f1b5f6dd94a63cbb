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
        var few = Sql.Number(Few);
        // Whom and where the words name is looked up once for all kinds.
        var found = (await db.ListAsync<Row>($"""
            with named as materialized (select clients_matching({text.Pattern}) as id),
                 placed as materialized (select properties_by_address({text.Pattern}) as id)
            (select 'client' as kind, c.id, c.name as title, coalesce(c.company_name, c.phone, c.email) as detail, null::text as status
             from named join clients c on c.account_id = {account} and c.id = named.id
             where {clients} order by c.created_at desc, c.id desc limit {few})
            union all
            (select 'property', p.id, p.address, c.name, null
             from (select p.* from (select id from placed union select p.id from named join properties p on p.account_id = {account} and p.client_id = named.id) f
                   join properties p on p.account_id = {account} and p.id = f.id where {clients} order by p.created_at desc, p.id desc limit {few}) p
             join clients c on c.account_id = p.account_id and c.id = p.client_id order by p.created_at desc, p.id desc)
            union all
            (select 'job', j.id, j.title, c.name, j.status
             from (select j.* from (select jobs_by_title({text.Pattern}) as id
                                    union select j.id from named join jobs j on j.account_id = {account} and j.client_id = named.id
                                    union select j.id from placed join jobs j on j.account_id = {account} and j.property_id = placed.id) f
                   join jobs j on j.account_id = {account} and j.id = f.id
                   where true {(user.IsOffice ? null : JobSearch.OwnOf(user))} order by j.created_at desc, j.id desc limit {few}) j
             join clients c on c.account_id = j.account_id and c.id = j.client_id order by j.created_at desc, j.id desc)
            union all
            (select 'estimate', e.id, coalesce(j.title, c.name), c.name, e.status
             from (select e.* from (select estimates_by_words({text.Pattern}) as id union select e.id from named join estimates e on e.account_id = {account} and e.client_id = named.id) f
                   join estimates e on e.account_id = {account} and e.id = f.id where {money} order by e.created_at desc, e.id desc limit {few}) e
             join clients c on c.account_id = e.account_id and c.id = e.client_id left join jobs j on j.account_id = e.account_id and j.id = e.job_id
             order by e.created_at desc, e.id desc)
            union all
            (select 'invoice', i.id, coalesce(i.invoice_number, 'Draft'), c.name, i.status
             from (select i.* from (select invoices_by_number({text.Pattern}) as id union select i.id from named join invoices i on i.account_id = {account} and i.client_id = named.id) f
                   join invoices i on i.account_id = {account} and i.id = f.id where {money} order by i.created_at desc, i.id desc limit {few}) i
             join clients c on c.account_id = i.account_id and c.id = i.client_id order by i.created_at desc, i.id desc)
            """, ct)).ToLookup(row => row.Kind, row => new Found(row.Id, row.Title, row.Detail, row.Status));

        return Answers.Ok(new Response([.. found["client"]], [.. found["property"]], [.. found["job"]], [.. found["estimate"]], [.. found["invoice"]]));
    }
}
