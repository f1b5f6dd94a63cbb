using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>The company as it stands at the head and the foot of its papers.</summary>
internal sealed record Letterhead(Account Account, Letterhead.Picture? Logo)
{
    /// <param name="Type">image/png or image/jpeg.</param>
    internal sealed record Picture(string Type, byte[] Content)
    {
        public string Data => $"data:{Type};base64,{Convert.ToBase64String(Content)}";
    }

    public string Currency => Account.Currency;

    public AccountSettings Settings => Account.Settings;

    /// <summary>The language of everything on the paper that nobody typed.</summary>
    public Language Say => Language.Find(Words<PaperLanguage>.Of(Settings.Documents.Language))!;

    public string In(Money amount) => Say.Money(amount, Currency);

    /// <summary>Of rules and headings; checked when it was set.</summary>
    public string Accent => Settings.Documents.AccentColor ?? "#1d4ed8";

    public IReadOnlyList<string> Address =>
    [
        .. new[] { Account.AddressLine1, Account.AddressLine2, Shown.Address(Account.City, string.Join(' ', new[] { Account.State, Account.Zip }.OfType<string>())), Account.Country }.Where(line => !string.IsNullOrEmpty(line)).OfType<string>(),
    ];

    /// <summary>What stands at the foot of every page: how to reach the company, its tax number, and what it says itself.</summary>
    public string Foot => string.Join(" · ", new[]
    {
        Account.Name, Account.Phone, Account.Email, Settings.EInvoice.VatId ?? Account.TaxId, Settings.EInvoice.Iban is { } iban ? $"IBAN {Grouped(iban)}" : null,
        Settings.Documents.Footer,
    }.Where(part => !string.IsNullOrEmpty(part)));

    public static async Task<Letterhead> OfAsync(ReadDb db, AccountId account, CancellationToken ct) => await db.ReadAsync(
        [AccountSql.Find(account), $"select media_type as type, content from logos where account_id = {account}"],
        async (results, token) =>
        {
            var kept = await results.FirstAsync(AccountSql.Read, token) ?? throw Missing.Of("account");
            return new Letterhead(kept.Account, await results.FirstAsync<Picture>(token));
        }, ct);

    /// <summary>DE89 3704 0044 0532 0130 00, as people read it aloud.</summary>
    public static string Grouped(string iban) => string.Join(' ', iban.Chunk(4).Select(four => new string(four)));
}
