using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal.Pages;

/// <summary>What people from outside ask for, and the form they do it with.</summary>
[Requires(Ability.ManageJobs)]
internal sealed partial class RequestsPage(ReadDb db, Db writing, WallClock clock, TimeProvider time) : PageModel
{
    private const string Path = "/app/requests";

    public sealed record Row(Guid Id, string Name, string? Email, string? Phone, string? Address, string Wish, DateOnly? PreferredOn, string Status, Guid? JobId, DateTimeOffset CreatedAt);

    public sealed record Form(string Slug, bool IsOpen, string? Greeting);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Form? Booking { get; private set; }

    public string? Problem { get; private set; }

    public string Address(string slug) => $"{Request.Scheme}://{Request.Host}{Request.PathBase}/book/{slug}";

    public async Task OnGetAsync(CancellationToken ct) => (Rows, Booking) = await db.ReadAsync(
        [
            $"""
            select id, name, email, phone, address, wish, preferred_on, status, job_id, created_at from booking_requests
            where account_id = {Viewer.Account} order by status <> 'new', created_at desc, id desc limit 100
            """,
            $"select slug, is_open, greeting from booking_forms where account_id = {Viewer.Account}",
        ],
        async (results, token) => (await results.ListAsync<Row>(token), await results.FirstAsync<Form>(token)), ct);

    public async Task<IActionResult> OnPostTakeAsync([FromForm] Guid id, CancellationToken ct)
    {
        var job = await AskForWork.TakeOn(id, Viewer, writing, time.GetUtcNow(), ct);
        return On($"/app/jobs/{job.Value}", "Taken on. Book a visit next, and let them know.");
    }

    public async Task<IActionResult> OnPostDeclineAsync([FromForm] Guid id, CancellationToken ct)
    {
        await AskForWork.Decline(id, Viewer, writing, time.GetUtcNow(), ct);
        return On(Path, "Declined.");
    }

    public async Task<IActionResult> OnPostFormAsync([FromForm] string? slug, [FromForm] bool open, [FromForm] string? greeting, CancellationToken ct)
    {
        slug = slug?.Trim().ToLowerInvariant() ?? "";
        greeting = string.IsNullOrWhiteSpace(greeting) ? null : greeting.Replace("\0", "", StringComparison.Ordinal).Trim();
        try
        {
            if (!Slug().IsMatch(slug)) throw PortalRules.NoSlug();
            await PortalSql.SaveForm(writing, Viewer.Account, slug, open, greeting is { Length: > 1000 } ? greeting[..1000] : greeting, ct);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_booking_form_per_address" })
        {
            return await RefuseAsync(PortalRules.SlugIsTaken(), ct);
        }
        catch (RuleException refused)
        {
            return await RefuseAsync(refused, ct);
        }

        await AuditLog.Updated(writing, Viewer, "booking_form", new BookingRequestId(Viewer.Account.Value), new { }, new { Slug = slug, IsOpen = open }, ct);
        await writing.CommitAsync(ct);
        return On(Path, open ? "The form is open." : "The form is closed.");
    }

    private async Task<IActionResult> RefuseAsync(RuleException refused, CancellationToken ct)
    {
        Problem = refused.Message;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await OnGetAsync(ct);
        return Page();
    }

    private EmptyResult On(string path, string word)
    {
        Toast.Say(HttpContext, word);
        Response.SeeOther(path);
        return new();
    }

    [GeneratedRegex("^(?=.{3,60}$)[a-z0-9](-?[a-z0-9])+$")]
    private static partial Regex Slug();
}
