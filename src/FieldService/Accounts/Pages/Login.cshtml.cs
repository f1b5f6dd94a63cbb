using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>Where everybody comes in.</summary>
[AllowAnonymous]
internal sealed class LoginPage(
    SessionCookie cookie, LoginLimiter limiter, ReadDb lookup, Tenants tenants, SessionToken tokens, TimeProvider clock, ILogger<LoginPage> log) : PageModel
{
    private const int LongestEmail = 320;
    private const int LongestPassword = 1024;

    public string? Email { get; private set; }

    /// <summary>Where to go afterwards, when it is not the start.</summary>
    public string? Back { get; private set; }

    public string? Problem { get; private set; }

    public void OnGet(string? returnUrl)
    {
        Remember(returnUrl);
        if (HttpContext.Features.Get<CurrentUser>() is not null) Response.SeeOther(Back ?? ReturnPath.Home);
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? email, [FromForm] string? password, [FromForm] string? returnUrl, CancellationToken ct)
    {
        Remember(returnUrl);
        Email = email;
        if (string.IsNullOrWhiteSpace(email) || string.IsNullOrEmpty(password)) return Refuse(StatusCodes.Status400BadRequest, "Enter your e-mail and your password.");

        try
        {
            // Nobody's password is a book; hashing one would only keep the others waiting.
            if (email.Length > LongestEmail || password.Length > LongestPassword) throw new RuleException("INVALID_CREDENTIALS", "E-mail or password is wrong.");

            var (token, _) = await Accounts.SignIn.Run(new(email, password), HttpContext, limiter, lookup, tenants, tokens, clock, log, ct);
            cookie.Set(HttpContext, token, Accounts.SignIn.Lasts);
            Response.SeeOther(Back ?? ReturnPath.Home);
            return new EmptyResult();
        }
        catch (RuleException wrong) when (wrong.Code == "INVALID_CREDENTIALS")
        {
            return Refuse(StatusCodes.Status401Unauthorized, wrong.Message);
        }
        catch (LimitException limit)
        {
            Response.Headers.RetryAfter = Math.Ceiling(limit.RetryAfter.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var minutes = Math.Max(1, (int)Math.Ceiling(limit.RetryAfter.TotalMinutes));
            return Refuse(StatusCodes.Status429TooManyRequests, $"Too many attempts to sign in. Try again in {Shown.Count(minutes, "minute")}.");
        }
    }

    private PageResult Refuse(int status, string problem)
    {
        Problem = problem;
        Response.StatusCode = status;
        return Page();
    }

    private void Remember(string? returnUrl) => Back = ReturnPath.Of(returnUrl) is var path && path == ReturnPath.Home ? null : path;
}
