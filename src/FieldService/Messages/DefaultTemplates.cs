using System.Net;

namespace Outpost.FieldService.Messages;

/// <summary>How messages are worded for a company that has not said otherwise.</summary>
internal static class DefaultTemplates
{
    public static IReadOnlyDictionary<Channel, Template> VisitReminder { get; } = Of(
        "Your appointment on {{visit_date}}",
        """
        Hello {{client_name}},

        this is a reminder of your appointment:

        {{job_title}}
        {{visit_date}}, {{visit_time}} to {{visit_end_time}}
        {{address}}

        If you need another time, please let us know.

        {{company_name}}
        """,
        "{{company_name}}: reminder of {{job_title}} on {{visit_date}} at {{visit_time}}.");

    public static IReadOnlyDictionary<Channel, Template> InvoiceFollowup { get; } = Of(
        "Invoice {{invoice_number}} is overdue",
        """
        Hello {{client_name}},

        invoice {{invoice_number}} was due on {{due_date}}, and {{amount_due}} is still open.

        If you have paid meanwhile, thank you, and please ignore this message.

        {{company_name}}
        """,
        "{{company_name}}: invoice {{invoice_number}} was due on {{due_date}}, {{amount_due}} is still open. Thank you if you have paid meanwhile.");

    public static IReadOnlyDictionary<Channel, Template> EstimateFollowup { get; } = Of(
        "Our estimate of {{sent_date}}",
        """
        Hello {{client_name}},

        on {{sent_date}} we sent you an estimate over {{total}}. Do you have any questions about it?

        {{company_name}}
        """,
        "{{company_name}}: do you have any questions about our estimate of {{sent_date}} over {{total}}?");

    public static IReadOnlyDictionary<Channel, Template> ReviewRequest { get; } = Of(
        "How did we do?",
        """
        Hello {{client_name}},

        thank you for your order ({{job_title}}). We would like to hear how it went.

        {{review_url}}

        {{company_name}}
        """,
        "{{company_name}}: thank you for your order. We would like to hear how it went. {{review_url}}");

    public static IReadOnlyDictionary<Channel, Template> EstimateSent { get; } = Letter(
        "Estimate {{estimate_number}} from {{company_name}}",
        """
        Hello {{client_name}},

        here is our estimate {{estimate_number}} over {{total}}. You find it in the attachment.

        We look forward to your answer.

        {{company_name}}
        """);

    public static IReadOnlyDictionary<Channel, Template> InvoiceSent { get; } = Letter(
        "Invoice {{invoice_number}} from {{company_name}}",
        """
        Hello {{client_name}},

        here is our invoice {{invoice_number}} over {{total}}, due on {{due_date}}. You find it in the attachment.

        Thank you for your order.

        {{company_name}}
        """);

    private static Dictionary<Channel, Template> Of(string title, string letter, string shortText) => new()
    {
        [Channel.Email] = new(title, letter + "\n\n--\nNo more such messages: {{opt_out_url}}", Html(letter)),
        [Channel.Sms] = new(null, shortText + " No more: {{opt_out_url}}", null),
        [Channel.Chat] = new(null, shortText, null),
    };

    // What goes with an enclosure is a letter and nothing else.
    private static Dictionary<Channel, Template> Letter(string title, string letter) => new() { [Channel.Email] = Of(title, letter, "")[Channel.Email] };

    private static string Html(string letter) =>
        $"<!doctype html><html lang=\"en\"><body>{string.Concat(letter.Split("\n\n").Select(paragraph => $"<p>{WebUtility.HtmlEncode(paragraph).Replace("\n", "<br>", StringComparison.Ordinal)}</p>"))}"
        + "<p><a href=\"{{opt_out_url}}\">No more such messages</a></p></body></html>";
}
