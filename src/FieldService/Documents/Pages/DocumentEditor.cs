using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web.Forms;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Documents.Pages;

/// <summary>What the editor of an estimate or an invoice has to show: the lines, the taxes that can be chosen and what can be taken from the price book.</summary>
internal sealed record DocumentEditor(Form Form, DocumentEditor.Kind Of)
{
    public const int SpareLines = 3;

    public enum Kind { Estimate, Invoice }

    public sealed record Tax(Guid Id, string Name, Percent Rate, bool IsDefault);

    public sealed record Item(Guid Id, string Code, string Name, string? Description, string Unit, UnitPrice UnitPrice, Percent? TaxRate);

    public sealed record Choices(IReadOnlyList<Tax> Taxes, IReadOnlyList<Item> Items);

    /// <param name="Discount">On the whole.</param>
    public sealed record Sums(IReadOnlyList<LineItem> Lines, Money Discount, Money Subtotal, IReadOnlyList<TaxGroup> Taxes, Money Total);

    public Choices From { get; init; } = new([], []);

    public IReadOnlyList<LineForm> Lines { get; init; } = [];

    public string? TaxGroup { get; init; }

    /// <summary>The tax of the whole when it is a bare rate.</summary>
    public Percent? TaxRate { get; init; }

    public string? DiscountPercent { get; init; }

    public string? DiscountCents { get; init; }

    public string? Notes { get; init; }

    public bool PricesIncludeTax { get; init; }

    public string Currency { get; init; } = "USD";

    /// <summary>What it comes to as it is stored; null when nothing is yet.</summary>
    public Sums? Stored { get; init; }

    /// <summary>How many lines the form has room for: those that are there, or those that were filled in before it was refused, and some that are empty.</summary>
    public int Rows
    {
        get
        {
            var sent = Form.Answer is { IsRefused: true } refused
                ? refused.Given.Keys.Where(key => key.StartsWith("line_items[", StringComparison.Ordinal)).Select(key => int.TryParse(key.AsSpan(11, key.IndexOf(']', StringComparison.Ordinal) - 11), out var at) ? at + 1 : 0).DefaultIfEmpty(0).Max()
                : 0;
            return Math.Min(200, Math.Max(sent, Lines.Count + (Lines.Count == 0 ? SpareLines : 1)));
        }
    }

    public LineForm? Line(int at) => at < Lines.Count ? Lines[at] : null;

    /// <summary>The taxes and the price book that a line can be made from.</summary>
    public static Task<Choices> ChoicesAsync(ReadDb db, AccountId account, CancellationToken ct) => db.ReadAsync(
        [
            $"""
            select g.id, g.name, coalesce((select sum(r.rate_millionths) from tax_group_rates gr join tax_rates r on r.account_id = gr.account_id and r.id = gr.tax_rate_id
                                           where gr.account_id = g.account_id and gr.tax_group_id = g.id), 0)::int as rate, g.is_default
            from tax_groups g where g.account_id = {account} and g.is_active order by g.is_default desc, lower(g.name), g.id
            """,
            $"""
            select id, code, name, description, unit, unit_price, tax_rate_millionths as tax_rate from price_book_items
            where account_id = {account} and archived_at is null order by lower(name), id limit 400
            """,
        ],
        async (results, token) => new Choices(await results.ListAsync<Tax>(token), await results.ListAsync<Item>(token)), ct);
}
