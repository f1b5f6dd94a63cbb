using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Web;

namespace Outpost.FieldService.Visits;

/// <summary>A visit on somebody's calendar, and what the office should know about it: <c>{"data": …, "warnings": […]}</c>.</summary>
public sealed record Booked(Visit Data, IReadOnlyList<ScheduleWarning> Warnings) : IOne
{
    object? IOne.Data => Data;

    /// <summary>The visit as the audit log keeps it: with what was in the way and who accepted it for which reason.</summary>
    internal static object Audited(Visit visit, Placement placement)
    {
        if (placement.Accepted is not { } accepted) return visit;

        var document = JsonSerializer.SerializeToNode(visit, WireJson.Options)!.AsObject();
        document["schedule_override"] = JsonSerializer.SerializeToNode(accepted, WireJson.Options);
        return document;
    }
}
