using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Where half cents of tax are rounded: once on the sum of what is taxed alike, or on each line.</summary>
public enum TaxRounding { Document, Line }

/// <summary>The languages that papers are written in: those the pages have.</summary>
public enum PaperLanguage { En, Es, De }

/// <summary>
/// How a company wants things done, as it stands in <c>accounts.settings</c>. What is left out has its default, so that a company that set nothing works, and
/// what an older or newer version has written beside it stays untouched.
/// </summary>
public sealed record AccountSettings
{
    private const int UsualTerms = 14;
    private const int LongestTerms = 3650;

    /// <summary>Days from the issue of an invoice to the day it is due.</summary>
    [Range(0, LongestTerms)]
    public int PaymentTermsDays { get; init; } = UsualTerms;

    /// <summary>When and how often clients are written to.</summary>
    public MessageSettings Messages { get; init => field = value ?? new(); } = new();

    /// <summary>What becomes of a booking for somebody who is not free.</summary>
    public ScheduleSettings Schedule { get; init => field = value ?? new(); } = new();

    public Numbering Numbering { get; init => field = value ?? new(); } = new();

    public LateFeePolicy LateFees { get; init => field = value ?? new(); } = new();

    /// <summary>What a new document is written with that does not say otherwise.</summary>
    public DocumentSettings Documents { get; init => field = value ?? new(); } = new();

    /// <summary>What invoices in data say of the company.</summary>
    public EInvoiceSettings EInvoice { get; init => field = value ?? new(); } = new();

    public sealed record DocumentSettings
    {
        /// <summary>The colour of rules and headings on papers.</summary>
        [RegularExpression("^#[0-9a-fA-F]{6}$", ErrorMessage = "Must be a colour such as #1d4ed8.")]
        public string? AccentColor { get; init; }

        /// <summary>What is on a paper and was not typed by anybody is in this language, and so are its dates and amounts.</summary>
        public PaperLanguage Language { get; init; }

        /// <summary>What stands at the foot of every page of a paper.</summary>
        [StringLength(300)]
        public string? Footer { get; init; }

        /// <summary>An estimate or an invoice that is sent goes to the client by e-mail with its PDF, unless the request says otherwise.</summary>
        public bool MailWhenSent { get; init; }

        /// <summary>Prices are gross: the tax is inside them.</summary>
        public bool PricesIncludeTax { get; init; }

        public TaxRounding TaxRounding { get; init; }
    }

    /// <summary>The settings of one company.</summary>
    internal static async Task<AccountSettings> OfAsync(Db db, AccountId account, CancellationToken ct) => Read(await db.ValueAsync<string>(Statement(account), ct));

    /// <inheritdoc cref="OfAsync(Db, AccountId, CancellationToken)"/>
    internal static async Task<AccountSettings> OfAsync(ReadDb db, AccountId account, CancellationToken ct) => Read(await db.ValueAsync<string>(Statement(account), ct));

    /// <summary>What somebody has put there by hand and makes no sense must not stop the company from working.</summary>
    internal static AccountSettings Read(string? json)
    {
        try
        {
            var settings = json is null ? null : JsonSerializer.Deserialize<AccountSettings>(json, WireJson.Options);
            return settings is null ? new() : settings with { Schedule = settings.Schedule ?? new(), PaymentTermsDays = settings.PaymentTermsDays is >= 0 and <= LongestTerms ? settings.PaymentTermsDays : UsualTerms };
        }
        catch (JsonException)
        {
            return new();
        }
    }

    internal static Sql Statement(AccountId account) => $"select settings::text from accounts where id = {account}";
}

/// <summary>When and how often the company writes to its clients by itself.</summary>
public sealed record MessageSettings
{
    private const string TimeOfDay = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    /// <summary>From when on nobody is disturbed, <c>21:00</c> on the clock of the place; null for never. Needs <see cref="QuietTo"/>.</summary>
    [RegularExpression(TimeOfDay)]
    public string? QuietFrom { get; init; }

    /// <summary>Until when; may be on the next day.</summary>
    [RegularExpression(TimeOfDay)]
    public string? QuietTo { get; init; }

    /// <summary>The most messages to one client on one day; 0 for any number.</summary>
    [Range(0, 1000)]
    public int DailyCap { get; init; }

    /// <summary>Where answers to letters go; null for the address that the operator sends from.</summary>
    [EmailAddress, StringLength(320)]
    public string? ReplyTo { get; init; }

    /// <summary>Where a client may say publicly how the work was.</summary>
    [Url, StringLength(2000)]
    public string? ReviewUrl { get; init; }
}
