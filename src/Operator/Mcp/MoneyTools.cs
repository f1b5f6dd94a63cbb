using System.ComponentModel;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using static Outpost.Operator.Mcp.FieldServiceApi;

namespace Outpost.Operator.Mcp;

/// <summary>Estimates, invoices and payments. Documents are drafted here; to issue one is left to a person.</summary>
internal sealed class MoneyTools(FieldServiceApi api)
{
    private const string Retry = "Make one up for each new payment, such as a UUID. When a call may or may not have gone through, repeat it with the same key: it is recorded once.";

    [McpServerTool(Name = "list_estimates", Title = "List estimates", ReadOnly = true, OpenWorld = false)]
    [Description("Estimates, the newest first: by status, client, job, or words.")]
    public Task<CallToolResult> ListEstimates(
        CancellationToken ct, EstimateState? status = null, Guid? clientId = null, Guid? jobId = null, [Description("Part of the client's name")] string? query = null,
        [Description("Page, from 1")] int page = 1, [Description("How many on a page, 1 to 100")] int limit = 20) =>
        api.GetAsync("api/v1/estimates", ct, ("status", status), ("client_id", clientId), ("job_id", jobId), ("q", query), ("page", page), ("limit", limit));

    [McpServerTool(Name = "get_estimate", Title = "Get an estimate", ReadOnly = true, OpenWorld = false)]
    [Description("One estimate with its lines and taxes.")]
    public Task<CallToolResult> GetEstimate([Description("The estimate's id")] Guid estimateId, CancellationToken ct) => api.GetAsync($"api/v1/estimates/{estimateId}", ct);

    [McpServerTool(Name = "draft_estimate", Title = "Draft an estimate", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = false)]
    [Description("Writes an estimate that a person can look over and send. The service computes totals and tax.")]
    public Task<CallToolResult> DraftEstimate(
        [Description("For whom")] Guid clientId, [Description("What it offers")] DraftLine[] lines, CancellationToken ct, Guid? jobId = null, Guid? propertyId = null,
        [Description("Tax of the document in per cent: 8.25")] decimal? taxRate = null, [Description("What the client reads below the lines")] string? notes = null,
        [Description("Until when it holds")] DateTimeOffset? expiresAt = null) =>
        api.PostAsync("api/v1/estimates", Document(clientId, lines, jobId, propertyId, taxRate, notes, ("expires_at", Value(expiresAt))), null, ct);

    [McpServerTool(Name = "list_invoices", Title = "List invoices", ReadOnly = true, OpenWorld = false)]
    [Description("Invoices, the newest first: by status (overdue are those whose day has passed), client, job, or words of number and client.")]
    public Task<CallToolResult> ListInvoices(
        CancellationToken ct, InvoiceState? status = null, Guid? clientId = null, Guid? jobId = null, [Description("Part of the number or the client's name")] string? query = null,
        [Description("Page, from 1")] int page = 1, [Description("How many on a page, 1 to 100")] int limit = 20) =>
        api.GetAsync("api/v1/invoices", ct, ("status", status), ("client_id", clientId), ("job_id", jobId), ("q", query), ("page", page), ("limit", limit));

    [McpServerTool(Name = "get_invoice", Title = "Get an invoice", ReadOnly = true, OpenWorld = false)]
    [Description("One invoice with its lines, taxes and what is still to be paid.")]
    public Task<CallToolResult> GetInvoice([Description("The invoice's id")] Guid invoiceId, CancellationToken ct) => api.GetAsync($"api/v1/invoices/{invoiceId}", ct);

    [McpServerTool(Name = "draft_invoice", Title = "Draft an invoice", ReadOnly = false, Destructive = false, Idempotent = false, OpenWorld = false)]
    [Description("Writes an invoice that a person can look over and issue; it has no number until then. The service computes totals and tax.")]
    public Task<CallToolResult> DraftInvoice(
        [Description("For whom")] Guid clientId, [Description("What it charges for")] DraftLine[] lines, CancellationToken ct, Guid? jobId = null, Guid? propertyId = null,
        [Description("Tax of the document in per cent: 8.25")] decimal? taxRate = null, [Description("What the client reads below the lines")] string? notes = null,
        [Description("The day it is due; left out, by the company's terms")] DateOnly? dueDate = null) =>
        api.PostAsync("api/v1/invoices", Document(clientId, lines, jobId, propertyId, taxRate, notes, ("due_date", Value(dueDate))), null, ct);

    [McpServerTool(Name = "list_payments", Title = "List payments", ReadOnly = true, OpenWorld = false)]
    [Description("What was paid on an invoice.")]
    public Task<CallToolResult> ListPayments([Description("The invoice's id")] Guid invoiceId, CancellationToken ct) => api.GetAsync($"api/v1/invoices/{invoiceId}/payments", ct);

    [McpServerTool(Name = "record_payment", Title = "Record a payment", ReadOnly = false, Destructive = false, Idempotent = true, OpenWorld = false)]
    [Description("Notes that money has come in for an issued invoice, at most what is still open. Moves no money itself.")]
    public Task<CallToolResult> RecordPayment(
        [Description("The invoice's id")] Guid invoiceId, [Description("How much, in whole cents")] long amountCents, PaidBy method, [Description(Retry)] string idempotencyKey,
        CancellationToken ct, [Description("When it came in; left out, now")] DateTimeOffset? receivedAt = null, string? notes = null) =>
        api.PostAsync($"api/v1/invoices/{invoiceId}/payments", Body(
            ("amount_cents", amountCents), ("method", Value(method)), ("received_at", Value(receivedAt)), ("notes", notes)), idempotencyKey, ct);

    private static JsonObject Document(
        Guid clientId, DraftLine[] lines, Guid? jobId, Guid? propertyId, decimal? taxRate, string? notes, (string Name, JsonNode? Value) day) => Body(
        ("client_id", Value(clientId)), ("job_id", Value(jobId)), ("property_id", Value(propertyId)), ("tax_rate", taxRate), ("notes", notes), day,
        ("line_items", new JsonArray([.. lines.Select(line => Body(
            ("description", line.Description), ("quantity", line.Quantity), ("unit_price_cents", line.UnitPriceCents), ("tax_rate", line.TaxRate)))])));
}
