using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal.Pages;

/// <summary>The office makes a link for a client, and takes one back.</summary>
[Requires(Ability.ManageMoney)]
internal sealed class SharePage(ReadDb db, Db writing, WallClock clock, TimeProvider time) : PageModel
{
    public sealed record Made(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? SeenAt, DateTimeOffset? RevokedAt, string By);

    public WallClock Clock => clock;

    public ShareDocument.Kind Kind { get; private set; }

    public Guid Id { get; private set; }

    public ShareDocument.About About { get; private set; } = null!;

    public IReadOnlyList<Made> Links { get; private set; } = [];

    /// <summary>The link that was just made; shown this once.</summary>
    public string? Link { get; private set; }

    public string? Problem { get; private set; }

    public string Back => $"/app/{(Kind is ShareDocument.Kind.Estimate ? "estimates" : Kind is ShareDocument.Kind.Invoice ? "invoices" : "clients")}/{Id}";

    public async Task<IActionResult> OnGetAsync(string kind, Guid id, CancellationToken ct) => await ShowAsync(kind, id, ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string kind, Guid id, CancellationToken ct)
    {
        if (!Words<ShareDocument.Kind>.TryParse(kind, out var what)) return NotFound();

        try
        {
            var token = await ShareDocument.Handle(what, id, HttpContext.Caller(), writing, time, ct);
            Link = $"{Request.Scheme}://{Request.Host}{Request.PathBase}/portal/{token}";
        }
        catch (RuleException refused) when (refused.Code is not "NOT_FOUND")
        {
            Problem = refused.Message;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return await ShowAsync(kind, id, ct) ? Page() : NotFound();
    }

    public async Task<IActionResult> OnPostTakeBackAsync(string kind, Guid id, [FromForm] Guid link, CancellationToken ct)
    {
        await ShareDocument.TakeBack(link, HttpContext.Caller(), writing, time, ct);
        Toast.Say(HttpContext, "The link works no longer.");
        Response.SeeOther($"/app/share/{Uri.EscapeDataString(kind)}/{id}");
        return new EmptyResult();
    }

    private async Task<bool> ShowAsync(string kind, Guid id, CancellationToken ct)
    {
        if (!Words<ShareDocument.Kind>.TryParse(kind, out var what)) return false;

        (Kind, Id) = (what, id);
        var account = HttpContext.Caller().Account;
        if (await db.FirstAsync<ShareDocument.About>(ShareDocument.Statement(what, id, account), ct) is not { } about) return false;

        About = about;
        Sql which = what switch
        {
            ShareDocument.Kind.Estimate => $"l.estimate_id = {id}",
            ShareDocument.Kind.Invoice => $"l.invoice_id = {id}",
            ShareDocument.Kind.Client => $"l.client_id = {id} and l.estimate_id is null and l.invoice_id is null",
        };
        Links = await db.ListAsync<Made>($"""
            select l.id, l.created_at, l.expires_at, l.seen_at, l.revoked_at, u.full_name as by
            from portal_links l join users u on u.account_id = l.account_id and u.id = l.created_by where l.account_id = {account} and {which} order by l.created_at desc limit 20
            """, ct);
        return true;
    }
}
