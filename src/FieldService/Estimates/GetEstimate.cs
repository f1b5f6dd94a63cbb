using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>One estimate with its lines and taxes, as they were stored when it was written.</summary>
internal static class GetEstimate
{
    public sealed record Response : Estimate
    {
        internal Response(Estimate estimate, string clientName, string? jobTitle, IReadOnlyList<LineItem> lines, IReadOnlyList<TaxGroup> taxes) : base(estimate) =>
            (ClientName, JobTitle, LineItems, Taxes) = (clientName, jobTitle, lines, taxes);

        public string ClientName { get; }
        public string? JobTitle { get; }
        public IReadOnlyList<LineItem> LineItems { get; }
        public IReadOnlyList<TaxGroup> Taxes { get; }
    }

    public static async Task<Ok<One<Response>>> Handle(EstimateId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(Statements(user.Account, id), Read, ct) ?? throw Missing.Of("estimate"));

    /// <summary>The estimate as this transaction has just written it.</summary>
    public static async Task<Response> WrittenAsync(Db db, AccountId account, EstimateId id, CancellationToken ct) => (await db.ReadAsync(Statements(account, id), Read, ct))!;

    private static Sql[] Statements(AccountId account, EstimateId id) =>
    [
        $"""
        select {EstimateSql.Columns}, c.name, j.title
        from estimates e
        join clients c on c.account_id = e.account_id and c.id = e.client_id
        left join jobs j on j.account_id = e.account_id and j.id = e.job_id
        where e.account_id = {account} and e.id = {id}
        """,
        $"select {LineItem.Columns} from estimate_line_items l where l.account_id = {account} and l.estimate_id = {id} order by l.sort_order",
        DocumentSql.Taxes(account, id),
    ];

    private static async Task<Response?> Read(ResultSets results, CancellationToken ct)
    {
        var head = await results.FirstAsync(row => new Head(EstimateSql.Read(row), row.GetString(20), row.IsDBNull(21) ? null : row.GetString(21)), ct);
        return head is null ? null : new(head.Estimate, head.ClientName, head.JobTitle, await results.ListAsync(LineItem.Read, ct), await results.ListAsync(DocumentSql.ReadTax, ct));
    }

    private sealed record Head(Estimate Estimate, string ClientName, string? JobTitle);
}
