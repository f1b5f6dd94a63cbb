using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Automations.Pages;

/// <summary>What is said to clients by itself, and when it will be.</summary>
[Requires(Ability.ManageMessages)]
internal sealed class AutomationListPage(ReadDb db, Db looking, WallClock clock, TimeProvider time) : PageModel
{
    private const int Soon = 5;

    /// <param name="Field">The setting that says when, as the API calls it.</param>
    public sealed record Offer(AutomationType Type, string Name, string Text, string Field, string When, string Usual);

    public sealed record Card(Offer Offer, ListAutomations.Row? Row, PreviewAutomation.Response? Preview);

    public static IReadOnlyList<Offer> Offers { get; } =
    [
        new(AutomationType.VisitReminder, "Remind of visits", "Clients are told before somebody comes.", "hours_before", "Hours before", "24"),
        new(AutomationType.InvoiceFollowup, "Chase late invoices", "Clients are reminded after the day an invoice was due.", "days_overdue", "Days after it was due", "7, 14, 30"),
        new(AutomationType.EstimateFollowup, "Ask about estimates", "Clients who have not answered are asked.", "days_after", "Days after it was sent", "3, 7"),
        new(AutomationType.ReviewRequest, "Ask for a review", "Clients are asked how it was when the work is done.", "hours_after", "Hours after", "24"),
    ];

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public IReadOnlyList<Card> Cards { get; private set; } = [];

    public IReadOnlyList<ListEvents.Row> Events { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var rows = (await ListAutomations.Handle(new(1, 100), new(), Viewer, db, time, ct)).Value!.Data;
        List<Card> cards = [];
        foreach (var offer in Offers)
        {
            var made = rows.Where(row => row.Type == Words<AutomationType>.Of(offer.Type)).ToList();
            if (made.Count == 0) cards.Add(new(offer, null, null));
            foreach (var row in made)
            {
                cards.Add(new(offer, row, row.Enabled ? (await PreviewAutomation.OfOne(new(row.Id), new(), Viewer, looking, time, ct)).Value!.Data : null));
            }
        }

        Cards = cards;
        Events = (await ListEvents.Handle(new(1, 15), new(), Viewer, db, ct)).Value!.Data;
    }

    public static IEnumerable<PreviewAutomation.FireTime> Next(PreviewAutomation.Response preview) => preview.FireTimes.Take(Soon);

    /// <summary>The setting that says when, as it stands in a field.</summary>
    public static string Setting(Card card) => card.Row?.Config[card.Offer.Field] switch
    {
        null => card.Offer.Usual,
        System.Text.Json.Nodes.JsonArray list => string.Join(", ", list.Select(number => number!.ToJsonString())),
        var one => one.ToJsonString(),
    };
}
