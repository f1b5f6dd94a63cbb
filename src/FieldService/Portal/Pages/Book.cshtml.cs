using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal.Pages;

/// <summary>Where somebody from outside asks for work.</summary>
[AllowAnonymous]
internal sealed class BookPage(NpgsqlDataSource source, Tenants tenants, TimeProvider clock) : PageModel
{
    public AskForWork.Company? Company { get; private set; }

    public AskForWork.Request? Given { get; private set; }

    public bool Sent { get; private set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync(string slug, [FromQuery] bool sent, CancellationToken ct)
    {
        Company = await AskForWork.FindAsync(new(source, null), slug, ct);
        Sent = sent;
        Language.Choose(HttpContext);
        return Answer();
    }

    public async Task<IActionResult> OnPostAsync(
        string slug, [FromForm] string? name, [FromForm] string? email, [FromForm] string? phone, [FromForm] string? address, [FromForm] string? wish, [FromForm(Name = "preferred_on")] string? preferredOn,
        [FromForm] string? website, CancellationToken ct)
    {
        Company = await AskForWork.FindAsync(new(source, null), slug, ct);
        if (Company is null) return Answer();

        Given = new(name, email, phone, address, wish, preferredOn, website);
        try
        {
            await using var db = tenants.Open(Company.Caller.Tenant);
            await AskForWork.Handle(Company, Given, HttpContext.Connection.RemoteIpAddress, db, clock.GetUtcNow(), ct);
            Response.SeeOther($"/book/{slug}?sent=true");
            return new EmptyResult();
        }
        catch (RuleException refused)
        {
            Problem = refused.Message;
            var page = Page();
            page.StatusCode = refused.Code is "RATE_LIMITED" ? StatusCodes.Status429TooManyRequests : StatusCodes.Status400BadRequest;
            return page;
        }
    }

    private PageResult Answer()
    {
        var page = Page();
        page.StatusCode = Company is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return page;
    }
}
