using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outpost.Operator.Mcp;

/// <summary>The words of the API in a tool's schema: <c>in_progress</c>.</summary>
internal sealed class ApiWords<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) where T : struct, Enum;

[JsonConverter(typeof(ApiWords<JobState>))]
internal enum JobState { Draft, Quoted, Scheduled, InProgress, Completed, Invoiced, Cancelled }

[JsonConverter(typeof(ApiWords<VisitState>))]
internal enum VisitState { Scheduled, Arrived, InProgress, Completed, Cancelled }

[JsonConverter(typeof(ApiWords<EstimateState>))]
internal enum EstimateState { Draft, Sent, Approved, Declined, Expired }

[JsonConverter(typeof(ApiWords<InvoiceState>))]
internal enum InvoiceState { Draft, Sent, Partial, Paid, Overdue, Void }

[JsonConverter(typeof(ApiWords<PaidBy>))]
internal enum PaidBy { Cash, Check, Card, Transfer, Other }

/// <summary>A line of a document.</summary>
internal sealed record DraftLine(
    [property: Description("What is sold or done, as the client reads it")] string Description,
    [property: Description("How many, with at most two decimals")] decimal Quantity,
    [property: Description("Price of one, in whole cents")] long UnitPriceCents,
    [property: Description("Tax in per cent where it differs from the document's")] decimal? TaxRate = null);
