using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using NodaTime;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// The owner changes what the company is called and how it wants things done. A field that is not known here is a slip that would otherwise be believed to work,
/// so it is refused. A setting that is set to null has its default again.
/// </summary>
internal static partial class ChangeAccount
{
#pragma warning disable ASP0029 // it is only ever laid over an account, so no endpoint takes it as a body and the generator has to be told
    [ValidatableType]
#pragma warning restore ASP0029
    public sealed record Request(
        [property: Required, StringLength(255)] string Name,
        [property: Required, StringLength(64)] string TimeZone,
        [property: Required, StringLength(3, MinimumLength = 3)] string Currency,
        [property: StringLength(500)] string? AddressLine1,
        [property: StringLength(500)] string? AddressLine2,
        [property: StringLength(100)] string? City,
        [property: StringLength(100)] string? State,
        [property: StringLength(20)] string? Zip,
        [property: RegularExpression("^[A-Z]{2}$", ErrorMessage = "Must be the two capital letters of a country by ISO 3166, such as US.")] string? Country,
        [property: StringLength(50)] string? Phone,
        [property: EmailAddress, StringLength(320)] string? Email,
        [property: StringLength(50)] string? TaxId,
        [property: Required] AccountSettings Settings);

    public static async Task<Ok<One<Account>>> Handle(Patch<Request> patch, CurrentUser user, Db db, ILogger<Account> log, CancellationToken ct)
    {
        patch.SeeThatAllFieldsAreKnown();

        var (account, kept) = await AccountSql.FindForUpdate(db, user.Account, ct) ?? throw Missing.Of("account");
        if (patch.IsEmpty) return Answers.Ok(account);

        var change = await patch.OverAsync(new(
            account.Name, account.TimeZone, account.Currency, account.AddressLine1, account.AddressLine2, account.City, account.State, account.Zip, account.Country,
            account.Phone, account.Email, account.TaxId, account.Settings), ct);

        if (change.TimeZone != account.TimeZone && (DateTimeZoneProviders.Tzdb.GetZoneOrNull(change.TimeZone) is null || !await AccountSql.KnowsTimeZone(db, change.TimeZone, ct)))
        {
            throw AccountRules.NoTimeZone();
        }

        if (change.Currency != account.Currency)
        {
            if (Currencies.Exponent(change.Currency) is null) throw AccountRules.NoCurrency();
            if (await AccountSql.HasDocuments(db, user.Account, ct)) throw AccountRules.CurrencyIsUsed();
        }

        SeeThatTheyCanBeUsed(change.Settings);
        var settings = JsonNode.Parse(kept)!.AsObject();
        if (patch.Of("settings") is JsonObject changed) MergePatch.Apply(settings, changed);

        var saved = await AccountSql.Save(db, account with
        {
            Name = change.Name,
            TimeZone = change.TimeZone,
            Currency = change.Currency,
            AddressLine1 = change.AddressLine1,
            AddressLine2 = change.AddressLine2,
            City = change.City,
            State = change.State,
            Zip = change.Zip,
            Country = change.Country,
            Phone = change.Phone,
            Email = change.Email,
            TaxId = change.TaxId,
        }, settings.ToJsonString(), ct);
        await AuditLog.Updated(db, user, "account", user.Account, account, saved, ct);
        await db.CommitAsync(ct);
        Changed(log, user.Account.Value);

        return Answers.Ok(saved);
    }

    // What would be passed over when a number is given or a fee is due is refused while somebody is there to hear it.
    private static void SeeThatTheyCanBeUsed(AccountSettings settings)
    {
        foreach (var (field, form) in new[] { ("invoice", settings.Numbering.Invoice), ("credit_note", settings.Numbering.CreditNote) })
        {
            if (form.Fault() is { } fault) throw AccountRules.Unusable($"settings.numbering.{field}", fault);
        }

        foreach (var (stage, number) in settings.LateFees.Stages.Select((stage, i) => (stage, i)))
        {
            if (stage.Fault() is { } fault) throw AccountRules.Unusable(string.Create(CultureInfo.InvariantCulture, $"settings.late_fees.stages.{number}"), fault);
        }
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} changed")]
    private static partial void Changed(ILogger log, Guid accountId);
}
