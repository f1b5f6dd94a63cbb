using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>One thing, wrapped as the API wraps it: <c>{"data": …}</c>.</summary>
public sealed record One<T>(T Data) : IOne
{
    object? IOne.Data => Data;
}

/// <summary>One thing, of whatever kind.</summary>
internal interface IOne
{
    object? Data { get; }
}

/// <summary>One page of a list: <c>{"data": […], "pagination": {"page", "limit", "total"}}</c>.</summary>
public sealed record Page<T>(IReadOnlyList<T> Data, Pagination Pagination);

public sealed record Pagination(int Page, int Limit, long Total);

internal static class Answers
{
    public static Ok<One<T>> Ok<T>(T data) => TypedResults.Ok(new One<T>(data));

    public static Created<One<T>> Created<T>(string location, T data) => TypedResults.Created(location, new One<T>(data));

    public static Ok<Page<T>> Page<T>(Paging paging, (List<T> Rows, long Total) found) => TypedResults.Ok(new Page<T>(found.Rows, new(paging.Page, paging.Limit, found.Total)));

    /// <summary>
    /// One page and the number of all. What a search found has been looked at to the last row already, so it is counted on the way: the statement says so with
    /// <see cref="Counted"/> where it picks the page and <see cref="Total"/> as its last column.
    /// </summary>
    public static Task<(List<T> Rows, long Total)> PageAsync<T>(this ReadDb db, SearchText? search, Sql page, Sql count, CancellationToken ct) =>
        search is null ? db.PageAsync<T>(page, count, ct) : db.FoundAsync<T>(page, count, ct);

    /// <summary>A column of the statement that picks the page; nothing where there is no search.</summary>
    public static Sql? Counted(SearchText? search) => Sql.If(search is not null, $", count(*) over () as total");

    /// <summary>The last column of the rows; nothing where there is no search.</summary>
    public static Sql? Total(SearchText? search) => Sql.If(search is not null, $", total");
}

/// <summary>Which page of a list is asked for. Anything but whole numbers in range is a 400 that names the parameter.</summary>
public sealed record Paging([property: Range(1, 1_000_000)] int Page = 1, [property: Range(1, 100)] int Limit = 20)
{
    public int Offset => (Page - 1) * Limit;

    /// <summary>The end of the statement that picks the page. Its length stands in the text, because it is what the planner chooses the plan by.</summary>
    public Sql Window => $"limit {Sql.Number(Limit)} offset {Offset}";
}
