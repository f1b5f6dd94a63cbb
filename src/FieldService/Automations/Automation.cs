using System.Text.Json.Nodes;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Automations;

public readonly record struct AutomationId(Guid Value) : IId
{
    public static AutomationId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out AutomationId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum AutomationType { VisitReminder, InvoiceFollowup, EstimateFollowup, ReviewRequest }

/// <summary>
/// Something a company has said once is to be done from then on by itself. It is looked at when <see cref="NextRunAt"/> has come; who sets that to now makes
/// it look at the next poll.
/// </summary>
/// <param name="Config">What the type can be told; see <see cref="AutomationKind"/>.</param>
/// <param name="Failures">How often in a row it could not do its work; 0 when all is well.</param>
public sealed record Automation(
    AutomationId Id, AccountId AccountId, AutomationType Type, bool Enabled, JsonObject Config, DateTimeOffset NextRunAt, DateTimeOffset? LastRunAt, int Failures, string? LastError,
    DateTimeOffset? FailedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version) : IVersioned
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromHours(6);

    /// <summary>It has looked at everything.</summary>
    internal Automation Ran(DateTimeOffset now, DateTimeOffset next) => this with { LastRunAt = now, NextRunAt = next, Failures = 0, LastError = null, FailedAt = null };

    /// <summary>It could not: it tries again after a minute, then two, four … up to six hours.</summary>
    internal Automation Failed(DateTimeOffset now, string error)
    {
        var pause = Failures >= 9 ? LongestPause : ShortestPause * (1 << Failures);
        return this with { NextRunAt = now + (pause < LongestPause ? pause : LongestPause), Failures = Failures + 1, LastError = error.Length > 500 ? error[..500] : error, FailedAt = now };
    }
}
