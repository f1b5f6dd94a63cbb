using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Imports;

/// <summary>
/// Takes in the price book from a CSV file, such as the one it gives out or a wholesaler's. An item whose code is there already is changed in what the file has
/// columns for; what it has none for stays.
/// </summary>
internal static class ImportItems
{
    private static readonly SheetColumns Columns = new(
        ("code", ["Item Code", "Item Number", "SKU", "Part Number", "Article Number", "Product Code"]),
        ("kind", ["Type", "Item Type", "Category Type"]),
        ("name", ["Item Name", "Product/Service", "Product", "Title"]),
        ("description", ["Item Description", "Details"]),
        ("unit", ["UOM", "Unit of Measure", "Units"]),
        ("unit_cost", ["Cost", "Purchase Price", "Buy Price", "Our Cost"]),
        ("unit_price", ["Price", "Sell Price", "Sales Price", "Selling Price", "Rate"]),
        ("category", ["Group", "Item Category"]),
        ("tax_rate", ["Tax", "Tax Percent"]),
        ("labour_minutes", ["Labor Minutes", "Duration", "Minutes"]));

    public static async Task<Ok<One<ImportReport>>> Handle([AsParameters] ImportOptions options, HttpRequest http, CurrentUser user, Db db, CancellationToken ct)
    {
        _ = options.SkipsFaulty;
        var sheet = await Sheet.ReadAsync(http, ct);
        var columns = Columns.In(sheet);
        if (!columns.Has("code")) throw new RuleException("VALIDATION_ERROR", $"No column holds the items' codes. The first line has: {string.Join(", ", sheet.Headings)}. Name one of them code.") { Field = "file" };

        await db.RunAsync($"select pg_advisory_xact_lock(hashtextextended({"import items " + user.Account.Value}, 0))", ct);
        var there = (await db.ListAsync($"select {PriceBookSql.Columns} from price_book_items where account_id = {user.Account} and archived_at is null for update", PriceBookSql.Read, ct))
            .ToDictionary(item => item.Code, StringComparer.OrdinalIgnoreCase);
        var form = Form<CreateItem.Request>.Of(http.HttpContext.RequestServices);

        var results = new List<RowReport>();
        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in sheet.Rows)
        {
            var code = columns.Text(row, "code") ?? "";
            if (code.Length > 0 && !lines.TryAdd(code, row.Line))
            {
                results.Add(RowReport.Faulty(row, string.Create(CultureInfo.InvariantCulture, $"code: {code} stands in line {lines[code]} already.")));
                continue;
            }

            var before = there.GetValueOrDefault(code);
            var fields = before is null ? new JsonObject { ["kind"] = "material" } : JsonSerializer.SerializeToNode(CreateItem.Request.Of(before), WireJson.Options)!.AsObject();
            var (item, problems) = Lay(fields, columns, row) is { } unreadable ? (null, [unreadable]) : await ImportReport.ReadAsync(form, fields, ct);
            if (item is null) results.Add(RowReport.Faulty(row, problems));
            else if (before is null)
            {
                var made = await PriceBookSql.Insert(db, item.Item(user.Account), ct);
                await AuditLog.Inserted(db, user, "price_book_item", made.Id, made, ct);
                results.Add(RowReport.Of(row, RowOutcome.Created, made.Id.Value));
            }
            else if (item.Over(before) == before) results.Add(RowReport.Of(row, RowOutcome.Unchanged, before.Id.Value));
            else
            {
                var changed = await PriceBookSql.Save(db, item.Over(before), ct);
                await AuditLog.Updated(db, user, "price_book_item", changed.Id, before, changed, ct);
                results.Add(RowReport.Of(row, RowOutcome.Updated, changed.Id.Value));
            }
        }

        var isKept = ImportReport.IsToBeKept(results, columns.Ignored, options);
        if (isKept) await db.CommitAsync(ct);
        return Answers.Ok(ImportReport.Of(isKept ? results : [.. results.Select(r => r.Outcome is RowOutcome.Created ? r with { Id = null } : r)], columns.Ignored, isKept));
    }

    // What is wrong with the row as text; null when it could be laid over the fields.
    private static string? Lay(JsonObject fields, SheetColumns.Found columns, SheetRow row)
    {
        foreach (var field in new[] { "code", "name", "description", "unit", "category" })
        {
            if (columns.Has(field)) fields[field] = columns.Text(row, field);
        }

        if (columns.Text(row, "kind") is { } kind)
        {
            fields["kind"] = kind.ToLowerInvariant() switch { "service" or "labour" or "labor" => "service", "material" or "product" or "part" => "material", _ => null };
            if (fields["kind"] is null) return $"kind: {kind} is neither service nor material.";
        }

        foreach (var field in new[] { "unit_cost", "unit_price" })
        {
            if (!columns.Has(field)) continue;
            var text = columns.Text(row, field);
            if (text is not null && Amount(text) is null) return $"{field}: {text} is no amount such as 12.50.";
            fields[field] = text is null ? null : PriceText.Of(Amount(text)!.Value);
        }

        foreach (var (field, unit) in new[] { ("tax_rate", "percentage such as 8.25"), ("labour_minutes", "number of minutes") })
        {
            if (!columns.Has(field)) continue;
            var text = columns.Text(row, field)?.TrimEnd('%', ' ');
            if (text is not null && !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)) return $"{field}: {text} is no {unit}.";
            fields[field] = text is null ? null : JsonNode.Parse(decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        }

        return null;
    }

    // With a currency's sign in front and commas between the thousands, as price lists have it.
    private static decimal? Amount(string text) =>
        decimal.TryParse(text.TrimStart('$', '€', '£', ' '), NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var amount)
        && PriceText.TryRead(amount.ToString(CultureInfo.InvariantCulture), out var price) ? price : null;
}
