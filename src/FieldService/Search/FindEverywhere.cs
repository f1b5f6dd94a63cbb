using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Properties;
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
        // The newest few first, then what they are told apart by.
        var found = (await db.ListAsync<Row>($"""
            (select 'client' as kind, c.id, c.name as title, coalesce(c.company_name, c.phone, c.email) as detail, null::text as status
             from clients c where c.account_id = {account} {ClientSearch.And(text)} and {clients} order by c.created_at desc, c.id desc limit {few})
            union all
            (select 'property', p.id, p.address, c.name, null
             from (select p.id from properties p where p.account_id = {account} {PropertySearch.And(text)} and {clients} order by p.created_at desc, p.id desc limit {few}) f
             join properties p on p.account_id = {account} and p.id = f.id join clients c on c.account_id = {account} and c.id = p.client_id order by p.created_at desc, p.id desc)
            union all
            (select 'job', j.id, j.title, c.name, j.status
             from (select j.id from jobs j where j.account_id = {account} {JobSearch.And(text)} {(user.IsOffice ? null : JobSearch.OwnOf(user))} order by j.created_at desc, j.id desc limit {few}) f
             join jobs j on j.account_id = {account} and j.id = f.id join clients c on c.account_id = {account} and c.id = j.client_id order by j.created_at desc, j.id desc)
            union all
            (select 'estimate', e.id, coalesce(j.title, c.name), c.name, e.status
             from (select e.id from estimates e where e.account_id = {account} {EstimateSearch.And(text)} and {money} order by e.created_at desc, e.id desc limit {few}) f
             join estimates e on e.account_id = {account} and e.id = f.id join clients c on c.account_id = {account} and c.id = e.client_id
             left join jobs j on j.account_id = {account} and j.id = e.job_id order by e.created_at desc, e.id desc)
            union all
            (select 'invoice', i.id, coalesce(i.invoice_number, 'Draft'), c.name, i.status
             from (select i.id from invoices i where i.account_id = {account} {InvoiceSearch.And(text)} and {money} order by i.created_at desc, i.id desc limit {few}) f
             join invoices i on i.account_id = {account} and i.id = f.id join clients c on c.account_id = {account} and c.id = i.client_id order by i.created_at desc, i.id desc)
            """, ct)).ToLookup(row => row.Kind, row => new Found(row.Id, row.Title, row.Detail, row.Status));

        return Answers.Ok(new Response([.. found["client"]], [.. found["property"]], [.. found["job"]], [.. found["estimate"]], [.. found["invoice"]]));
    }
}
