using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>One estimate with its lines and taxes, as they were stored when it was written.</summary>
internal static class GetEstimate
{
    public sealed record Response : Estimate
    {
        internal Response(Estimate estimate, string clientName, string? jobTitle, IReadOnlyList<LineItem> lines, IReadOnlyList<TaxGroup> taxes, Decided? decision) : base(estimate) =>
            (ClientName, JobTitle, LineItems, Taxes, Decision) = (clientName, jobTitle, lines, taxes, decision);

        public string ClientName { get; }
        public string? JobTitle { get; }
        public IReadOnlyList<LineItem> LineItems { get; }
        public IReadOnlyList<TaxGroup> Taxes { get; }

        /// <summary>What the client said, once they have.</summary>
        public Decided? Decision { get; }
    }

    /// <param name="ContentHash">The fingerprint of what was decided on.</param>
    /// <param name="DecidedBy">Who of the company recorded it; null when the client did.</param>
    public sealed record Decided(
        string Decision, DateTimeOffset DecidedAt, int Revision, string ContentHash, Money TotalCents, Guid? DecidedBy, string? SignedName, string? FromAddress, string? UserAgent);

    public static async Task<Ok<One<Response>>> Handle(EstimateId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.ReadAsync(Statements(user.Account, id), Read, ct) ?? throw Missing.Of("estimate"));

    /// <summary>The estimate as this transaction has just written it.</summary>
    public static async Task<Response> WrittenAsync(Db db, AccountId account, EstimateId id, CancellationToken ct) => (await db.ReadAsync(Statements(account, id), Read, ct))!;

    private static Sql[] Statements(AccountId account, EstimateId id) =>
    [
        $"""
        select {EstimateSql.Columns}, c.name as client_name, j.title as job_title
        from estimates e
        join clients c on c.account_id = e.account_id and c.id = e.client_id
        left join jobs j on j.account_id = e.account_id and j.id = e.job_id
        where e.account_id = {account} and e.id = {id}
        """,
        $"select {LineItem.Columns}, null::uuid, l.optional, l.chosen from estimate_line_items l where l.account_id = {account} and l.estimate_id = {id} order by l.sort_order",
        DocumentSql.Taxes(account, id),
        $"""
        select decision, decided_at, revision, encode(content_hash, 'hex') as content_hash, total_cents, decided_by, signed_name, from_address, user_agent
        from estimate_decisions where account_id = {account} and estimate_id = {id}
        """,
    ];

    private static async Task<Response?> Read(ResultSets results, CancellationToken ct)
    {
        var head = await results.FirstAsync(row => new Head(EstimateSql.Read(row), row.GetString(row.GetOrdinal("client_name")), row["job_title"] as string), ct);
        if (head is null) return null;

        var lines = await results.ListAsync(static row => LineItem.Read(row) with { Optional = row.GetBoolean(15), Chosen = row.GetBoolean(16) }, ct);
        var taxes = await results.ListAsync(DocumentSql.ReadTax, ct);
        // What went out before there were fingerprints has one all the same: nothing of it can have changed.
        var estimate = head.Estimate is { ContentHash: null, Status: not EstimateStatus.Draft } sent ? sent with { ContentHash = Estimates.ContentHash.Of(sent, lines, taxes) } : head.Estimate;
        return new(estimate, head.ClientName, head.JobTitle, lines, taxes, await results.FirstAsync<Decided>(ct));
    }

    private sealed record Head(Estimate Estimate, string ClientName, string? JobTitle);
}
