using System.ComponentModel;

namespace Outpost.Operator.Mcp;

internal enum JobState { Draft, Quoted, Scheduled, InProgress, Completed, Invoiced, Cancelled }

internal enum VisitState { Scheduled, Arrived, InProgress, Completed, Cancelled }

internal enum EstimateState { Draft, Sent, Approved, Declined, Expired }

internal enum InvoiceState { Draft, Sent, Partial, Paid, Overdue, Void }

internal enum PaidBy { Cash, Check, Card, Transfer, Other }

/// <summary>A line of a document.</summary>
internal sealed record DraftLine(
    [property: Description("What is sold or done, as the client reads it")] string Description,
    [property: Description("How many, with at most two decimals")] decimal Quantity,
    [property: Description("Price of one, in whole cents")] long UnitPriceCents,
    [property: Description("Tax in per cent where it differs from the document's")] decimal? TaxRate = null);
