using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>Where the link of an invitation leads: a name, a password, and on to signing in.</summary>
[AllowAnonymous]
internal sealed class WelcomePage(LoginLimiter limiter, ReadDb lookup, Tenants tenants, TimeProvider clock, ILogger<WelcomePage> log) : PageModel
{
    public string? Token { get; private set; }

    /// <summary>Null when the link leads nowhere.</summary>
    public string? Company { get; private set; }

    public string? Email { get; private set; }

    public string? Name { get; private set; }

    public bool IsReset { get; private set; }

    public string? Problem { get; private set; }

    public Task<IActionResult> OnGetAsync([FromQuery] string? token, CancellationToken ct) => ShowAsync(token, null, StatusCodes.Status200OK, ct);

    public async Task<IActionResult> OnPostAsync([FromForm] string? token, [FromForm] string? name, [FromForm] string? password, CancellationToken ct)
    {
        if (password is not { Length: >= CreateUser.ShortestPassword and <= CreateUser.LongestPassword })
        {
            return await ShowAsync(token, "A password has at least 8 characters.", StatusCodes.Status400BadRequest, ct);
        }

        name = string.IsNullOrWhiteSpace(name) ? null : name.Trim();
        if (token is null or { Length: > InvitationToken.Longest } || name is { Length: > 255 } || name?.Contains('\0') is true)
        {
            return await ShowAsync(token, "A name has 1 to 255 characters.", StatusCodes.Status400BadRequest, ct);
        }

        try
        {
            await AcceptInvitation.Run(new(token, name, password), HttpContext.Connection.RemoteIpAddress, limiter, lookup, tenants, clock, log, ct);
            Response.SeeOther(ReturnPath.SignIn);
            return new EmptyResult();
        }
        catch (RuleException refused)
        {
            return await ShowAsync(token, refused.Message, StatusCodes.Status400BadRequest, ct);
        }
        catch (LimitException limit)
        {
            Response.Headers.RetryAfter = Math.Ceiling(limit.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return await ShowAsync(token, "Too many attempts. Try again later.", StatusCodes.Status429TooManyRequests, ct);
        }
    }

    private async Task<IActionResult> ShowAsync(string? token, string? problem, int status, CancellationToken ct)
    {
        var found = token is { Length: > 0 and <= InvitationToken.Longest } ? await InvitationSql.ByToken(lookup, token, ct) : null;
        (Token, Problem) = (token, problem ?? (found is null ? InvitationRules.NoLongerValid().Message : null));
        if (found is not null) (Company, Email, Name, IsReset) = (found.AccountName, found.Email, found.FullName, found.IsReset);
        Response.StatusCode = found is null && problem is null ? StatusCodes.Status404NotFound : status;
        Response.Headers.CacheControl = "no-store";
        return Page();
    }
}
