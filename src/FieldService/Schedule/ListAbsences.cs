using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Schedule;

/// <summary>Who is away when. A technician sees their own absences.</summary>
internal static class ListAbsences
{
    private static readonly Sorting Sorting = new("starts_at", descending: false,
        ("starts_at", $"a.starts_at, a.id", $"a.starts_at desc, a.id desc"),
        ("created_at", $"a.created_at, a.id", $"a.created_at desc, a.id desc"));

    /// <param name="From">Absences that end after this moment.</param>
    /// <param name="To">Absences that start before this moment.</param>
    public sealed record Filter
    {
        public string? Status { get; init; }

        public string? Kind { get; init; }

        [FromQuery(Name = "user_id")]
        public string? UserId { get; init; }

        public string? From { get; init; }

        public string? To { get; init; }

        public string? Sort { get; init; }

        public string? Order { get; init; }
    }

    public sealed record Row(
        Guid Id, Guid AccountId, Guid UserId, string UserName, string Kind, string Status, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string? Note, Guid CreatedBy,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned;

    private static Sql Rows => $"""
        select a.id, a.account_id, a.user_id, u.full_name as user_name, a.kind, a.status, a.starts_at, a.ends_at, a.note, a.created_by, a.created_at, a.updated_at, a.version
        from absences a join users u on u.account_id = a.account_id and u.id = a.user_id
        """;

    public static async Task<Ok<Page<Row>>> Handle([AsParameters] Paging paging, [AsParameters] Filter filter, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var status = ListParameters.Word<AbsenceStatus>(filter.Status, "status");
        var kind = ListParameters.Word<AbsenceKind>(filter.Kind, "kind");
        var person = ListParameters.Id(filter.UserId, "user_id");
        var from = ListParameters.Instant(filter.From, "from");
        var to = ListParameters.Instant(filter.To, "to");
        var order = Sorting.By(filter.Sort, filter.Order);
        Sql asked = $"""
            a.account_id = {user.Account}
            {Sql.If(!user.IsOffice, $"and a.user_id = {user.Id}")}
            {Sql.If(status is not null, $"and a.status = {status}")}
            {Sql.If(kind is not null, $"and a.kind = {kind}")}
            {Sql.If(person is not null, $"and a.user_id = {person}")}
            {Sql.If(from is not null, $"and a.ends_at > {from}")}
            {Sql.If(to is not null, $"and a.starts_at < {to}")}
            """;

        return Answers.Page(paging, await db.PageAsync<Row>(
            $"""
            {Rows}
            where {asked}
            order by {order}
            {paging.Window}
            """,
            $"select count(*) from absences a where {asked}", ct));
    }

    public static async Task<Ok<One<Row>>> One(AbsenceId id, CurrentUser user, ReadDb db, CancellationToken ct) =>
        Answers.Ok(await db.FirstAsync<Row>($"{Rows} where a.account_id = {user.Account} and a.id = {id} {Sql.If(!user.IsOffice, $"and a.user_id = {user.Id}")}", ct) ?? throw Missing.Of("absence"));
}
