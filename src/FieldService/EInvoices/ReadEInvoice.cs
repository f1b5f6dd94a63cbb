using NodaTime;
using NodaTime.Extensions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.EInvoices;

/// <summary>Puts together what an invoice or a credit note says in data, and tells what is missing for it.</summary>
internal static class ReadEInvoice
{
    private sealed record Buyer(string Name, string? CompanyName, string? Email, string? Phone, string? AddressLine1, string? City, string? State, string? Zip, string? Country, string? TaxId, string? Reference);

    private sealed record TaxCall(string Name, int TaxRateMillionths, string? VatCategory, string? ExemptionReason);

    private sealed record Moment(DateTimeOffset? SentAt, Money PaidCents);

    /// <exception cref="RuleException">NOT_FOUND; PRECONDITION_FAILED with what is missing.</exception>
    public static async Task<EInvoice> OfInvoiceAsync(InvoiceId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var invoice = (await GetInvoice.Handle(id, user, db, ct)).Value!.Data;
        if (invoice.Status is InvoiceStatus.Draft or InvoiceStatus.Void) throw EInvoiceRules.IsNotIssued(Words<InvoiceStatus>.Of(invoice.Status));

        var about = await AboutAsync(db, user, id, invoice.ClientId.Value, ct);
        var lines = invoice.FlatRateCents is { } flat
            ? [new Billed.Line(invoice.JobTitle ?? "Work as agreed", null, null, null, Money.Zero, invoice.TaxRate, invoice.TaxName ?? "", flat, invoice.DiscountAmountCents)]
            : invoice.LineItems.Select(line => new Billed.Line(line.Description, line.Quantity, line.Unit, line.UnitPrice, line.DiscountAmountCents, line.TaxRate, line.TaxName ?? "", line.TotalCents, Money.Zero)).ToList();
        if (invoice.FlatRateCents is null && invoice.DiscountAmountCents > Money.Zero) lines = [.. lines.Zip(about.Shares, (line, share) => line with { Share = share })];

        return Of(
            new(invoice.PricesIncludeTax, lines, invoice.Taxes), about, invoice.InvoiceNumber!, Day(user, invoice.SentAt!.Value), invoice.DueDate, about.Prepaid, null, invoice.Notes);
    }

    /// <inheritdoc cref="OfInvoiceAsync"/>
    public static async Task<EInvoice> OfCreditNoteAsync(CreditNoteId id, CurrentUser user, ReadDb db, CancellationToken ct)
    {
        var note = (await GetCreditNote.Handle(id, user, db, ct)).Value!.Data;
        var about = await AboutAsync(db, user, note.InvoiceId, note.ClientId.Value, ct);
        var lines = note.LineItems.Select(line => new Billed.Line(
            line.Description, line.Quantity, line.Unit, line.UnitPrice, line.DiscountAmountCents, line.TaxRate, line.TaxName ?? "", line.TotalCents, line.DiscountShareCents)).ToList();
        return Of(
            new(note.PricesIncludeTax, lines, note.Taxes), about with { Prepaid = Money.Zero }, note.CreditNoteNumber, Day(user, note.IssuedAt), null, Money.Zero,
            new(note.InvoiceNumber, Day(user, about.InvoiceSentAt!.Value)), note.Reason);
    }

    private sealed record About(Account Seller, Buyer Buyer, IReadOnlyList<TaxCall> Calls, Money Prepaid, DateTimeOffset? InvoiceSentAt, IReadOnlyList<Money> Shares);

    private static Task<About> AboutAsync(ReadDb db, CurrentUser user, InvoiceId invoice, Guid client, CancellationToken ct) => db.ReadAsync(
        [
            AccountSql.Find(user.Account),
            $"select name, company_name, email, phone, address_line1, city, state, zip, country, tax_id, reference from clients where account_id = {user.Account} and id = {client}",
            $"""
            select distinct on (l.tax_name, l.tax_rate_millionths) l.tax_name as name, l.tax_rate_millionths, g.vat_category, g.exemption_reason
            from (select tax_name, tax_rate_millionths, tax_group_id from invoice_line_items where account_id = {user.Account} and invoice_id = {invoice} and tax_group_id is not null
                  union all select tax_name, tax_rate_millionths, tax_group_id from invoices where account_id = {user.Account} and id = {invoice} and tax_group_id is not null) l
            join tax_groups g on g.account_id = {user.Account} and g.id = l.tax_group_id order by l.tax_name, l.tax_rate_millionths, g.vat_category nulls last
            """,
            $"""
            select i.sent_at, coalesce((select sum(l.paid_cents) from ledger_entries l where l.account_id = i.account_id and l.invoice_id = i.id and l.kind = 'credit_applied' and l.happened_at <= i.sent_at), 0)::bigint as paid_cents
            from invoices i where i.account_id = {user.Account} and i.id = {invoice}
            """,
            $"select discount_share_cents from invoice_line_items where account_id = {user.Account} and invoice_id = {invoice} order by sort_order",
        ],
        async (results, token) =>
        {
            var seller = (await results.FirstAsync(AccountSql.Read, token) ?? throw Missing.Of("account")).Account;
            var buyer = (await results.FirstAsync<Buyer>(token))!;
            var calls = await results.ListAsync<TaxCall>(token);
            var moment = (await results.FirstAsync<Moment>(token))!;
            return new About(seller, buyer, calls, moment.PaidCents, moment.SentAt, await results.ListAsync(static row => new Money(row.GetInt64(0)), token));
        }, ct);

    private static EInvoice Of(
        Billed billed, About about, string number, DateOnly issued, DateOnly? due, Money prepaid, EInvoice.Document? precedes, string? note)
    {
        var (account, set) = (about.Seller, about.Seller.Settings.EInvoice);
        var lacks = new List<EInvoiceRules.Lack>();
        void Need(bool isThere, string field, string message)
        {
            if (!isThere && !lacks.Exists(lack => lack.Field == field)) lacks.Add(new(field, message));
        }

        Need(account.AddressLine1 is not null, "account.address_line1", "the street of the company (Settings).");
        Need(account.City is not null, "account.city", "the city of the company (Settings).");
        Need(account.Country is not null, "account.country", "the country of the company (Settings).");
        Need(set.VatId is not null || set.LegalId is not null, "account.settings.e_invoice.vat_id", "the VAT number of the company, or its number in the register of companies (Settings).");
        Need(set.VatId is not null || account.TaxId is not null, "account.tax_id", "the VAT number or the tax number of the company (Settings).");
        Need(set.ElectronicAddress is not null || account.Email is not null, "account.settings.e_invoice.electronic_address", "the electronic address of the company, or its e-mail (Settings).");
        Need(set.ElectronicAddress is null || set.ElectronicScheme is not null || set.ElectronicAddress.Contains('@', StringComparison.Ordinal), "account.settings.e_invoice.electronic_scheme", "what kind of address the electronic address is (Settings).");
        Need(account.CurrencyExponent <= 2, "account.currency", "a currency with two decimals: the standard knows no more.");

        Billed.Called Called(Percent rate, string name)
        {
            if (rate.Millionths > 0) return new(VatCategory.S, null);

            var group = about.Calls.FirstOrDefault(call => call.TaxRateMillionths == 0 && call.Name == name);
            var said = group?.VatCategory is { } word ? Words<VatCategory>.Parse(word) : set.ZeroRate;
            if (group is null) Need(said is not null, "account.settings.e_invoice.zero_rate", "what lines without tax are: zero rated, exempt or reverse charge (Settings).");
            else Need(said is not null, "tax_groups.vat_category", $"what “{name}” is: zero rated, exempt or reverse charge (Taxes).");
            Need(said is not VatCategory.S, group is null ? "account.settings.e_invoice.zero_rate" : "tax_groups.vat_category", $"“{(name.Length == 0 ? "No tax" : name)}” comes to nothing and cannot be the standard rate (Taxes).");
            var reason = group?.ExemptionReason ?? set.ExemptionReason ?? (said is VatCategory.Ae ? "Reverse charge" : null);
            if (said is VatCategory.E) Need(reason is not null, "account.settings.e_invoice.exemption_reason", "why nothing is charged (Settings or Taxes).");
            if (said is VatCategory.Ae) Need(about.Buyer.TaxId is not null, "client.tax_id", "the VAT number of the client, who owes the tax.");
            return new(said ?? VatCategory.Z, said is VatCategory.E or VatCategory.Ae ? reason : null);
        }

        var (lines, allowances, taxes) = billed.InTerms(Called);
        if (lacks.Count > 0) throw EInvoiceRules.Lacks(lacks);

        var seller = new EInvoice.Party(
            account.Name, account.AddressLine1, account.AddressLine2, account.City, account.Zip, account.State, account.Country!, set.VatId, set.VatId == account.TaxId ? null : account.TaxId, set.LegalId,
            set.ElectronicAddress is { } address ? (address, set.ElectronicScheme ?? "EM") : (account.Email!, "EM")) { Phone = account.Phone, Email = account.Email };
        var them = about.Buyer;
        var isVat = them.TaxId is { Length: > 2 } tax && char.IsAsciiLetterUpper(tax[0]) && char.IsAsciiLetterUpper(tax[1]);
        var buyer = new EInvoice.Party(
            them.CompanyName ?? them.Name, them.AddressLine1, null, them.City, them.Zip, them.State, them.Country ?? account.Country!, isVat ? them.TaxId : null, null, isVat ? null : them.TaxId,
            them.Email is { } mail ? (mail, "EM") : null) { TradingName = them.CompanyName is null || them.CompanyName == them.Name ? null : them.Name, Phone = them.Phone, Email = them.Email };
        return new(number, precedes is not null, issued, due, account.Currency, seller, buyer, lines, allowances, taxes, prepaid)
        {
            Note = note,
            BuyerReference = them.Reference,
            Precedes = precedes,
            PayTo = set.Iban is { } iban ? new(iban, set.AccountHolder ?? account.Name, set.Bic) : null,
            Terms = due is { } day ? $"Due {WallClock.InFull(day)}" : precedes is null ? null : "Taken off what is owed, or kept as credit.",
        };
    }

    private static DateOnly Day(CurrentUser user, DateTimeOffset at) => at.ToInstant().InZone(user.Zone).Date.ToDateOnly();
}
