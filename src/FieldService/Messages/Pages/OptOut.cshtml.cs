using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages.Pages;

/// <summary>
/// Where the link at the end of a message leads. Looking changes nothing, for mail programs look at links by themselves; a POST acts, from the page as from the
/// button of a mail program (RFC 8058), which sends no cookie and wants no page.
/// </summary>
[AllowAnonymous]
internal sealed class OptOutPage(ReadDb lookup, Tenants tenants, TimeProvider clock) : PageModel
{
    private sealed record Holder(Guid AccountId, Guid ClientId, string AccountName, DateTimeOffset? EmailOptOutAt, DateTimeOffset? SmsOptOutAt);

    /// <summary>Null when the link leads nowhere.</summary>
    public string? Company { get; private set; }

    public bool Email { get; private set; }

    public bool Sms { get; private set; }

    public bool Saved { get; private set; }

    public string Path => Request.Path;

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        Show(await FindAsync(token, ct));
        return Answer();
    }

    public async Task<IActionResult> OnPostAsync(
        string token, [FromQuery] string? channel, [FromForm] string? email, [FromForm] string? sms, [FromForm(Name = "List-Unsubscribe")] string? oneClick, CancellationToken ct)
    {
        if (await FindAsync(token, ct) is not { } holder) return Answer();

        var one = oneClick == "One-Click";
        var (noEmail, noSms) = (one ? channel is null or "email" ? true : null : Wish(email), one ? channel is "sms" or "chat" ? true : null : Wish(sms));
        // Nobody is signed in: it is the client who acts, and the trail names no user.
        var client = new CurrentUser(new(holder.AccountId), default, UserRole.Owner, "", "", holder.AccountName, "", "", default) { Actor = null };
        await using var db = tenants.Open(client.Tenant);
        var (emailAt, smsAt) = await ClientOptOut.SaveAsync(db, client, new(holder.ClientId), noEmail, noSms, clock.GetUtcNow(), ct);
        await db.CommitAsync(ct);

        Saved = true;
        Show(holder with { EmailOptOutAt = emailAt, SmsOptOutAt = smsAt });
        return Answer();
    }

    private async Task<Holder?> FindAsync(string token, CancellationToken ct) =>
        Guid.TryParse(token, out var wanted) ? await lookup.FirstAsync<Holder>($"select * from client_of_opt_out_token({wanted})", ct) : null;

    private void Show(Holder? holder) => (Company, Email, Sms) = (holder?.AccountName, holder?.EmailOptOutAt is not null, holder?.SmsOptOutAt is not null);

    private PageResult Answer()
    {
        var page = Page();
        page.StatusCode = Company is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return page;
    }

    private static bool? Wish(string? word) => word switch
    {
        "stop" => true,
        "again" => false,
        _ => null,
    };
}
