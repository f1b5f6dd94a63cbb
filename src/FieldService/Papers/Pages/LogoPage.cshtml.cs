using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers.Pages;

/// <summary>The owner chooses the picture at the head of the company's papers. A file cannot go through the bridge of forms, so this page takes it itself, by the same use as the API.</summary>
[Requires(Ability.ReadAccount)]
[RequestSizeLimit(PaperRules.LargestLogo + (64 * 1024))]
internal sealed class LogoPage(ReadDb db, Db writing, TimeProvider time) : PageModel
{
    public bool HasLogo { get; private set; }

    public bool MayChange => HttpContext.Caller().May(Ability.ManageAccount);

    public string? Problem { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => ShowAsync(ct);

    public async Task<IActionResult> OnPostAsync([FromForm] IFormFile? logo, CancellationToken ct)
    {
        if (!MayChange) return StatusCode(StatusCodes.Status403Forbidden);

        try
        {
            if (logo is null || logo.Length > PaperRules.LargestLogo) throw logo is null ? PaperRules.LogoIsNoPicture() : PaperRules.LogoIsTooLarge();

            using var file = new MemoryStream();
            await logo.CopyToAsync(file, ct);
            await KeepLogo.KeepAsync(file.ToArray(), HttpContext.Caller(), writing, time.GetUtcNow(), ct);
            Toast.Say(HttpContext, "This logo stands on your papers now.");
            Response.SeeOther("/app/settings/logo");
            return new EmptyResult();
        }
        catch (RuleException refused)
        {
            Problem = refused.Message;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await ShowAsync(ct);
            return Page();
        }
    }

    private async Task ShowAsync(CancellationToken ct) => HasLogo = await db.ValueAsync<bool>($"select exists (select from logos where account_id = {HttpContext.Caller().Account})", ct);
}
