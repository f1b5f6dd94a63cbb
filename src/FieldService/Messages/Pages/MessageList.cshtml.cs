using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages.Pages;

/// <summary>What was said to clients, what waits, and what could not be said.</summary>
[Requires(Ability.ManageMessages)]
internal sealed class MessageListPage(ReadDb db, Db own, MessageBook book, WallClock clock) : PageModel
{
    private const string Path = "/app/messages";
    private static readonly string[] Statuses = [.. Words<MessageStatus>.All];

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Status { get; private set; }

    public IReadOnlyList<ListMessages.Row> Rows { get; private set; } = [];

    public IReadOnlyList<ListTemplates.Row> Templates { get; private set; } = [];

    public IReadOnlyList<Tab> Tabs { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    private sealed record StatusCount(string Status, long Messages);

    public async Task OnGetAsync([FromQuery] string? status, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Status = Statuses.Contains(status) ? status : null;
        var number = Pager.Read(turned);
        var found = (await ListMessages.Handle(new(number, Pager.Rows), new() { Status = Status }, Viewer, db, ct)).Value!;
        Rows = found.Data;
        Pager = new(Path, [("status", Status)], number, found.Pagination.Total);
        var counts = (await db.ListAsync<StatusCount>($"select status, count(*) as messages from messages where account_id = {Viewer.Account} group by status", ct)).ToDictionary(c => c.Status, c => c.Messages);
        Tabs =
        [
            new("All", Path, counts.Values.Sum(), Status is null),
            .. Statuses.Where(s => counts.ContainsKey(s) || s == Status).Select(s => new Tab(Shown.Word(s), Pager.Address(Path, ("status", s)), counts.GetValueOrDefault(s), s == Status)),
        ];
        Templates = (await ListTemplates.Handle(new(1, 100), Viewer, own, book, ct)).Value!.Data;
    }
}

/// <summary>One message as the client read it.</summary>
[Requires(Ability.ManageMessages)]
internal sealed class MessageDetailPage(ReadDb db, WallClock clock) : PageModel
{
    public WallClock Clock => clock;

    public GetMessage.Row Message { get; private set; } = null!;

    public async Task OnGetAsync(Guid id, CancellationToken ct) => Message = (await GetMessage.Handle(new(id), HttpContext.Caller(), db, ct)).Value!.Data;
}

/// <summary>How one message is worded.</summary>
[Requires(Ability.ManageMessages)]
internal sealed class TemplatePage(Db db, MessageBook book) : PageModel
{
    public ListTemplates.Row Template { get; private set; } = null!;

    public async Task OnGetAsync(string template, CancellationToken ct) => Template = (await ListTemplates.One(template, HttpContext.Caller(), db, book, ct)).Value!.Data;
}
