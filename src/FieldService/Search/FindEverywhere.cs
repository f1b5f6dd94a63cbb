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

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static async Task<Ok<One<Response>>> Handle(string? q, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        if (ListParameters.Search(q) is not { } text) return Answers.Ok(new Response([], [], [], [], []));

        var (account, clients, money) = (user.Account, user.Role.May(Ability.ReadClients), user.Role.May(Ability.ReadMoney));
        return Answers.Ok(await db.ReadAsync(
            [
                $"""
                select c.id, c.name as title, coalesce(c.company_name, c.phone, c.email) as detail, null::text as status from clients c
                where c.account_id = {account} and {clients} {ClientSearch.And(text)} order by c.created_at desc, c.id desc limit {Sql.Number(Few)}
                """,
                $"""
                select p.id, p.address as title, c.name as detail, null::text as status from properties p join clients c on c.account_id = p.account_id and c.id = p.client_id
                where p.account_id = {account} and {clients} {PropertySearch.And(text)} order by p.created_at desc, p.id desc limit {Sql.Number(Few)}
                """,
                $"""
                select j.id, j.title, c.name as detail, j.status from jobs j join clients c on c.account_id = j.account_id and c.id = j.client_id
                where j.account_id = {account} {JobSearch.And(text)} {(user.IsOffice ? null : JobSearch.OwnOf(user))} order by j.created_at desc, j.id desc limit {Sql.Number(Few)}
                """,
                $"""
                select e.id, coalesce(j.title, c.name) as title, c.name as detail, e.status from estimates e
                join clients c on c.account_id = e.account_id and c.id = e.client_id left join jobs j on j.account_id = e.account_id and j.id = e.job_id
                where e.account_id = {account} and {money} {EstimateSearch.And(text)} order by e.created_at desc, e.id desc limit {Sql.Number(Few)}
                """,
                $"""
                select i.id, coalesce(i.invoice_number, 'Draft') as title, c.name as detail, i.status from invoices i join clients c on c.account_id = i.account_id and c.id = i.client_id
                where i.account_id = {account} and {money} {InvoiceSearch.And(text)}
                order by i.created_at desc, i.id desc limit {Sql.Number(Few)}
                """,
            ],
            async (results, token) => new Response(
                await results.ListAsync<Found>(token), await results.ListAsync<Found>(token), await results.ListAsync<Found>(token), await results.ListAsync<Found>(token),
                await results.ListAsync<Found>(token)), ct));
    }
}
