namespace Outpost.FieldService.Clients.Pages;

/// <summary>The question whom something new is for, asked before anything else: a company with ten thousand clients has no list to choose from.</summary>
/// <param name="What">job, estimate or invoice.</param>
/// <param name="Path">The page that goes on with the client.</param>
internal sealed record ClientChoice(string What, string Path, string? Search, IReadOnlyList<ListClients.Row> Found, long Total)
{
    private const int Few = 12;

    public static async Task<ClientChoice> Of(string what, string path, string? q, Accounts.CurrentUser user, Platform.Postgres.ReadDb db, CancellationToken ct)
    {
        var search = Web.SearchText.Of(q)?.Words;
        // Without a word the newest clients are the likeliest.
        var found = (await ListClients.Handle(new(1, Few), new() { Q = search, Sort = search is null ? "created_at" : "name", Order = search is null ? "desc" : "asc" }, user, db, ct)).Value!;
        return new(what, path, search, found.Data, found.Pagination.Total);
    }
}
