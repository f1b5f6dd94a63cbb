using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using static Outpost.Operator.Mcp.FieldServiceApi;

namespace Outpost.Operator.Mcp;

/// <summary>Jobs and the visits on the schedule.</summary>
internal sealed class WorkTools(FieldServiceApi api)
{
    private const string Retry = "Make one up for each new booking or payment, such as a UUID. When a call may or may not have gone through, repeat it with the same key: it is done once.";

    [McpServerTool(Name = "list_jobs", Title = "List jobs", ReadOnly = true, OpenWorld = false)]
    [Description("Jobs, the newest first: by status, by client, or by words of the title or the client's name.")]
    public Task<CallToolResult> ListJobs(
        CancellationToken ct, JobState? status = null, [Description("Only this client's")] Guid? clientId = null, [Description("Part of the title or client")] string? query = null,
        [Description("Page, from 1")] int page = 1, [Description("How many on a page, 1 to 100")] int limit = 20) =>
        api.GetAsync("api/v1/jobs", ct, ("status", status), ("client_id", clientId), ("q", query), ("page", page), ("limit", limit));

    [McpServerTool(Name = "get_job", Title = "Get a job", ReadOnly = true, OpenWorld = false)]
    [Description("Everything about one job.")]
    public Task<CallToolResult> GetJob([Description("The job's id")] Guid jobId, CancellationToken ct) => api.GetAsync($"api/v1/jobs/{jobId}", ct);

    [McpServerTool(Name = "create_job", Title = "Create a job", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = false)]
    [Description("Opens a job for a client as a draft. Visits are booked on it afterwards.")]
    public Task<CallToolResult> CreateJob(
        [Description("For whom")] Guid clientId, [Description("What is to be done, in a few words")] string title, CancellationToken ct,
        [Description("Where; one of the client's properties")] Guid? propertyId = null, [Description("The whole story")] string? description = null,
        [Description("0 none, 1 low, 2 medium, 3 high, 4 urgent")] int priority = 0) =>
        api.PostAsync("api/v1/jobs", Body(
            ("client_id", Value(clientId)), ("title", title), ("property_id", Value(propertyId)), ("description", description), ("priority", priority)), null, ct);

    [McpServerTool(Name = "move_job", Title = "Move a job to another status", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false)]
    [Description("Moves a job along: draft to quoted or scheduled, quoted to scheduled or draft, scheduled to in_progress or cancelled, in_progress to completed or cancelled, cancelled to draft.")]
    public Task<CallToolResult> MoveJob([Description("The job's id")] Guid jobId, [Description("The status it shall have")] JobState status, CancellationToken ct) =>
        api.PostAsync($"api/v1/jobs/{jobId}/transition", Body(("status", Value(status))), null, ct);

    [McpServerTool(Name = "list_visits", Title = "See the schedule", ReadOnly = true, OpenWorld = false)]
    [Description("The schedule: visits by their start, within a stretch of time, of one person, or of one status.")]
    public Task<CallToolResult> ListVisits(
        CancellationToken ct, [Description("Starting at this moment or later")] DateTimeOffset? from = null, [Description("Starting before this moment")] DateTimeOffset? to = null,
        [Description("Only this person's; see list_people")] Guid? assignedUserId = null, VisitState? status = null, [Description("Page, from 1")] int page = 1,
        [Description("How many on a page, 1 to 100")] int limit = 50) =>
        api.GetAsync("api/v1/visits", ct, ("from", from), ("to", to), ("assigned_user_id", assignedUserId), ("status", status), ("page", page), ("limit", limit));

    [McpServerTool(Name = "get_visit", Title = "Get a visit", ReadOnly = true, OpenWorld = false)]
    [Description("Everything about one visit.")]
    public Task<CallToolResult> GetVisit([Description("The visit's id")] Guid visitId, CancellationToken ct) => api.GetAsync($"api/v1/visits/{visitId}", ct);

    [McpServerTool(Name = "book_visit", Title = "Book a visit", ReadOnly = false, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Books time for a job. Look at the schedule of that person first.")]
    public Task<CallToolResult> BookVisit(
        [Description("The job's id")] Guid jobId, [Description("Start, with offset")] DateTimeOffset start, [Description("End, with offset")] DateTimeOffset end,
        [Description(Retry)] string idempotencyKey, CancellationToken ct, [Description("Who goes; see list_people")] Guid? assignedUserId = null) =>
        api.PostAsync($"api/v1/jobs/{jobId}/visits", Body(
            ("scheduled_start", Value(start)), ("scheduled_end", Value(end)), ("assigned_user_id", Value(assignedUserId))), idempotencyKey, ct);

    [McpServerTool(Name = "reschedule_visit", Title = "Reschedule a visit", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false)]
    [Description("Gives a visit another time, another person, or both.")]
    public Task<CallToolResult> RescheduleVisit(
        [Description("The visit's id")] Guid visitId, CancellationToken ct, [Description("New start, with offset; together with end")] DateTimeOffset? start = null,
        [Description("New end, with offset; together with start")] DateTimeOffset? end = null, [Description("Who goes instead; see list_people")] Guid? assignedUserId = null) =>
        api.PatchAsync($"api/v1/visits/{visitId}", Body(("scheduled_start", Value(start)), ("scheduled_end", Value(end)), ("assigned_user_id", Value(assignedUserId))), ct);

    [McpServerTool(Name = "note_on_visit", Title = "Write a note on a visit", ReadOnly = false, Destructive = true, Idempotent = true, OpenWorld = false)]
    [Description("Replaces the technician's notes of a visit. Read the visit first and send the old notes along with what is added.")]
    public Task<CallToolResult> NoteOnVisit([Description("The visit's id")] Guid visitId, [Description("The notes as they shall read from now on")] string notes, CancellationToken ct) =>
        api.PatchAsync($"api/v1/visits/{visitId}", Body(("tech_notes", notes)), ct);
}
