using Outpost.Kernel;

namespace Outpost.FieldService.Expenses;

/// <summary>Every way an expense refuses a request.</summary>
internal static class ExpenseRules
{
    public const int LargestReceipt = 10 * 1024 * 1024;

    public static readonly Money Most = new(99_999_999_999);

    public static RuleException AmountOutOfRange() => Invalid("amount_cents", $"An expense is 1 to {Most.Cents} cents.");

    public static RuleException TaxOutOfRange() => Invalid("tax_cents", "The tax is a part of the amount.");

    public static RuleException DayOutOfRange() => Invalid("spent_on", "spent_on must be a day such as 2026-11-21.");

    public static RuleException VisitOfAnotherJob() => Invalid("visit_id", "The visit is for another job.");

    public static RuleException OfficeDecides(string field) => new("FORBIDDEN", $"Only the office decides on {field}; leave it out.") { Field = field };

    public static RuleException IsBilled() => new("IMMUTABLE_ENTITY", "This expense is on an invoice. Take it off the draft, or make the invoice void, before it changes.");

    public static RuleException ReceiptIsEmpty() => new("VALIDATION_ERROR", "The receipt is empty: send the file's bytes as the body.");

    public static RuleException ReceiptIsTooLarge() => new("PAYLOAD_TOO_LARGE", $"A receipt is at most {LargestReceipt / 1024 / 1024} MB.");

    public static RuleException ReceiptIsNoPaper() => new("UNSUPPORTED_MEDIA_TYPE", "A receipt is a PDF or a picture: JPEG, PNG, WebP or HEIC. What was sent is none of these, whatever it is called.");

    public static RuleException DiskIsFull() => new("SERVICE_UNAVAILABLE", "The receipt could not be stored: the server's disk is full. The expense itself is kept; add the receipt later.");

    public static RuleException CannotStore() => new("SERVICE_UNAVAILABLE", "The receipt could not be stored: the server cannot write to its directory of files. The expense itself is kept; add the receipt later.");

    private static RuleException Invalid(string field, string message) => new("VALIDATION_ERROR", message) { Field = field };
}
