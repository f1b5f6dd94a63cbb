using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

internal static class ListKeys
{
    public sealed record Response(IReadOnlyList<ApiKey> Keys);

    public static async Task<Ok<Response>> Handle(Db db, CancellationToken ct) => TypedResults.Ok(new Response(await ApiKeySql.List(db, ct)));
}
