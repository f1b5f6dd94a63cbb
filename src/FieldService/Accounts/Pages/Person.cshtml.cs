using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts.Pages;

/// <summary>One person: role, hours, what an hour costs, and whether they may still come in.</summary>
[Requires(Ability.ReadUsers)]
internal sealed class PersonPage(ReadDb db, WallClock clock) : PageModel
{
    private static readonly string[] Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    public sealed record Hours(int Weekday, int FromMinute, int ToMinute);

    public sealed record Rate(DateOnly EffectiveOn, Money CostCents, Money? BillingCents);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public ListUsers.Row Person { get; private set; } = null!;

    public IReadOnlyList<(string Day, string? From, string? To)> Week { get; private set; } = [];

    public bool HasWeek { get; private set; }

    public IReadOnlyList<Rate> Rates { get; private set; } = [];

    public async Task OnGetAsync(Guid id, CancellationToken ct)
    {
        Person = (await GetUser.Handle(new(id), Viewer, db, ct)).Value!.Data;
        var account = Viewer.Account;
        var (hours, rates, stated) = await db.ReadAsync(
            [
                $"select weekday::int as weekday, from_minute::int as from_minute, to_minute::int as to_minute from working_hours where account_id = {account} and user_id = {id} order by weekday, from_minute",
                $"select effective_on, cost_cents, billing_cents from labour_rates where account_id = {account} and user_id = {id} order by effective_on desc",
                $"select exists (select from working_weeks where account_id = {account} and user_id = {id})",
            ],
            async (results, token) => (await results.ListAsync<Hours>(token), await results.ListAsync<Rate>(token), (await results.ListAsync(row => row.GetBoolean(0), token))[0]), ct);
        (Rates, HasWeek) = (rates, stated);
        Week = [.. Days.Select((day, i) => hours.FirstOrDefault(h => h.Weekday == i + 1) is { } works ? (day, Text(works.FromMinute), Text(works.ToMinute)) : (day, (string?)null, (string?)null))];
    }

    private static string Text(int minute) => minute == 1440 ? "23:59" : $"{minute / 60:00}:{minute % 60:00}";
}
