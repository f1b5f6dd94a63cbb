using Outpost.FieldService.Web;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Calendar;

internal static class CalendarEndpoints
{
    public static void MapCalendar(this IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/v1/calendar-feed").WithTags("Calendar");
        own.MapGet("", KeepCalendarFeed.GetOwn).Requires(Ability.SeeOneself).WithSummary("Whether one's own visits can be fetched by a calendar program");
        own.MapPost("", KeepCalendarFeed.IssueOwn).Requires(Ability.BeSignedIn).WithSummary("A new address for one's own calendar; the one before ends");
        own.MapDelete("", KeepCalendarFeed.RevokeOwn).Requires(Ability.BeSignedIn).WithSummary("End the address of one's own calendar");

        var theirs = app.MapGroup("/api/v1/users/{id}/calendar-feed").WithTags("Calendar");
        theirs.MapGet("", KeepCalendarFeed.Get).Requires(Ability.ManageUsers).WithSummary("Whether a person's visits can be fetched by a calendar program");
        theirs.MapPost("", KeepCalendarFeed.Issue).Requires(Ability.ManageUsers).WithSummary("A new address for a person's calendar; the one before ends");
        theirs.MapDelete("", KeepCalendarFeed.Revoke).Requires(Ability.ManageUsers).WithSummary("End the address of a person's calendar");

        app.MapMethods("/calendar/{token}.ics", [HttpMethods.Get, HttpMethods.Head], ReadCalendar.Handle)
            .AllowAnonymous().WithSecretPath().WithTags("Calendar").WithSummary("A person's visits as iCalendar");
    }
}
