using Outpost.FieldService.Web;

namespace Outpost.FieldService.Schedule;

internal static class ScheduleEndpoints
{
    public static void MapSchedule(this IEndpointRouteBuilder app)
    {
        var schedule = app.MapGroup("/api/v1/schedule").WithTags("Schedule");
        schedule.MapGet("", ReadSchedule.Handle).Requires(Ability.ReadJobs).WithSummary("Who does what on these days; a technician sees their own");
        schedule.MapGet("/openings", FindOpenings.Handle).Requires(Ability.ReadJobs).WithSummary("When somebody is free for so many minutes");

        var absences = app.MapGroup("/api/v1/absences").WithTags("Schedule");
        absences.MapGet("", ListAbsences.Handle).Requires(Ability.ReadJobs).WithSummary("Absences by start; a technician sees their own");
        absences.MapPost("", EnterAbsence.Handle).Requires(Ability.WorkVisits).WithSummary("Enter an absence, or ask for time off; takes an Idempotency-Key");
        absences.MapGet("/{id}", ListAbsences.One).Requires(Ability.ReadJobs).WithVersion().WithSummary("One absence");
        absences.MapPatch("/{id}", ChangeAbsence.Handle).Requires(Ability.WorkVisits).Versioned(AbsenceSql.LockVersion).WithSummary("Change, approve or decline an absence");
        absences.MapDelete("/{id}", DeleteAbsence.Handle).Requires(Ability.WorkVisits).Versioned(AbsenceSql.LockVersion).WithSummary("Take back an absence");

        var weeks = app.MapGroup("/api/v1/users/{id}/working-hours").WithTags("Schedule");
        weeks.MapGet("", StateHours.Read).Requires(Ability.ReadJobs).WithVersion().WithSummary("The ordinary week of a technician");
        weeks.MapPut("", StateHours.Handle).Requires(Ability.ManageJobs).Versioned(StateHours.LockVersion).WithSummary("State the ordinary week of a technician");
        weeks.MapDelete("", StateHours.Undo).Requires(Ability.ManageJobs).Versioned(StateHours.LockVersion).WithSummary("Forget the ordinary week of a technician");
    }
}
