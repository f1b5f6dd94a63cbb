using Outpost.FieldService.Web;

namespace Outpost.FieldService.TimeEntries;

internal static class TimeEntryEndpoints
{
    public static void MapTimeEntries(this IEndpointRouteBuilder app)
    {
        var entries = app.MapGroup("/api/v1/time-entries").WithTags("Time");

        entries.MapGet("", ListTime.Handle).Requires(Ability.WorkVisits).WithSummary("Time entries, the latest first; a technician sees their own");
        entries.MapPost("", RecordTime.Handle).Requires(Ability.WorkVisits).WithSummary("Write down time afterwards; takes an Idempotency-Key");
        entries.MapGet("/{id}", ListTime.One).Requires(Ability.WorkVisits).WithVersion().WithSummary("One time entry");
        entries.MapPatch("/{id}", ChangeTime.Handle).Requires(Ability.WorkVisits).Versioned(TimeEntrySql.LockVersion).WithSummary("Correct an entry; a change of its times names a reason");
        entries.MapDelete("/{id}", DeleteTime.Handle).Requires(Ability.ManageJobs).Versioned(TimeEntrySql.LockVersion).WithSummary("Strike an entry");
        entries.MapPost("/{id}/stop", StopTimer.Handle).Requires(Ability.WorkVisits).WithSummary("Stop a running timer");

        app.MapPost("/api/v1/visits/{id}/timer", StartTimer.Handle).Requires(Ability.WorkVisits).WithTags("Time").WithSummary("Start a timer on a visit; takes an Idempotency-Key");
        app.MapGet("/api/v1/hours", HoursReport.Handle).Requires(Ability.WorkVisits).WithTags("Time").WithSummary("Hours by person and day of a week or month; a technician sees their own");
        app.MapGet("/api/v1/users/{id}/labour-rates", ListLabourRates.Handle).Requires(Ability.ReadMoney).WithTags("Time").WithSummary("What an hour of somebody costs, the newest first");
        app.MapPost("/api/v1/users/{id}/labour-rates", SetLabourRate.Handle).Requires(Ability.ManageMoney).WithTags("Time").WithSummary("Say what an hour of somebody costs from a day on");
    }
}
