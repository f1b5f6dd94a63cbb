using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web.Pages;

/// <summary>What an invoice's status is on a day: one that was due before it is overdue from that morning on, whether or not the worker has written so yet.</summary>
internal static class StatusToday
{
    /// <summary>An expression over the columns <c>status</c> and <c>due_date</c>, each of which must be unambiguous.</summary>
    public static Sql Of(DateOnly today) => $"case when status in ('sent', 'partial') and due_date < {today} then 'overdue' else status end";
}
