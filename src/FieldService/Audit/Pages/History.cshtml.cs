using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit.Pages;

/// <summary>Who did what, with what it was before.</summary>
[Requires(Ability.ReadAudit)]
internal sealed class HistoryPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/audit";
    private const int Longest = 120;

    public sealed record Change(string Field, string? Before, string? After);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Kind { get; private set; }

    public Guid? Thing { get; private set; }

    public IReadOnlyList<string> Kinds { get; private set; } = [];

    public IReadOnlyList<ListAudit.Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public async Task OnGetAsync([FromQuery] string? kind, [FromQuery] string? thing, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Kinds = await db.ReadAsync([$"""
            with recursive kinds as (
              (select entity_type from audit_log where account_id = {Viewer.Account} order by entity_type limit 1)
              union all
              select (select a.entity_type from audit_log a where a.account_id = {Viewer.Account} and a.entity_type > k.entity_type order by a.entity_type limit 1) from kinds k where k.entity_type is not null)
            select entity_type from kinds where entity_type is not null
            """], (results, token) => results.ListAsync(row => row.GetString(0), token), ct);
        Kind = Kinds.Contains(kind) ? kind : null;
        Thing = Guid.TryParse(thing, out var id) ? id : null;
        var number = Pager.Read(turned);
        var found = (await ListAudit.Handle(new(number, Pager.Rows), new() { EntityType = Kind, EntityId = Thing?.ToString() }, Viewer, db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("kind", Kind), ("thing", Thing?.ToString())], number, found.Pagination.Total);
    }

    /// <summary>What a change changed, field by field.</summary>
    public static IReadOnlyList<Change> Changes(ListAudit.Row row)
    {
        var (before, after) = (Fields(row.OldValue), Fields(row.NewValue));
        if (row.OldValue is null || row.NewValue is null) return [];

        return [.. before.Keys.Union(after.Keys).Where(key => key is not ("version" or "updated_at" or "account_id") && before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
            .Select(key => new Change(key, Cut(before.GetValueOrDefault(key)), Cut(after.GetValueOrDefault(key))))];
    }

    private static Dictionary<string, string?> Fields(string? json)
    {
        if (json is null) return [];

        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind is JsonValueKind.Object
            ? document.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ValueKind is JsonValueKind.Null ? null : field.Value.ToString())
            : [];
    }

    private static string? Cut(string? text) => text is { Length: > Longest } ? text[..Longest] + "…" : text;
}
