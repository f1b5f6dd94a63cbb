using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Imports;

/// <summary>
/// Takes in clients and their places from a CSV file, also as other programs for the trade export it. A client that is there already, by name and telephone or
/// e-mail, is not made again: a row that names another place of theirs adds that, any other is a duplicate. So a file can be sent in twice.
/// </summary>
internal static class ImportClients
{
    // Beside our own words those of Jobber, Housecall Pro and ServiceM8.
    private static readonly SheetColumns Columns = new(
        ("name", ["Display Name", "Full Name", "Client Name", "Customer Name", "Client", "Customer"]),
        ("first_name", ["Given Name", "Contact First Name"]),
        ("last_name", ["Surname", "Family Name", "Contact Last Name"]),
        ("company_name", ["Company", "Business Name", "Organization", "Organisation"]),
        ("email", ["E-mails", "E-mail Address", "Main Email", "Billing Email"]),
        ("phone", ["Phone Number", "Telephone", "Main Phone #s", "Mobile Phone #s", "Mobile Number", "Mobile", "Home Number", "Work Number", "Work Phone #s", "Home Phone #s"]),
        ("address_line1", ["Address", "Address 1", "Street", "Street 1", "Billing Street 1", "Billing Street", "Address Street Line 1", "Billing Address"]),
        ("address_line2", ["Address 2", "Street 2", "Billing Street 2", "Address Street Line 2"]),
        ("city", ["Town", "Suburb", "Billing City", "Address City"]),
        ("state", ["Province", "Region", "County", "Billing State", "Billing Province", "Address State"]),
        ("zip", ["Zip Code", "Postal Code", "Postcode", "Billing Zip code", "Billing Postal Code", "Address Postal Code"]),
        ("country", ["Country Code", "Billing Country", "Address Country"]),
        ("tax_id", ["Tax Number", "VAT ID", "VAT Number", "GST Number", "ABN", "ABN Number"]),
        ("reference", ["Buyer Reference", "Customer Reference"]),
        ("notes", ["Note", "Comments", "Client Notes", "Customer Notes"]),
        ("property_name", ["Service Property Name", "Site Name"]),
        ("property_address", ["Service Street 1", "Service Street", "Service Address", "Site Address", "Job Address"]),
        ("property_address2", ["Service Street 2"]),
        ("property_city", ["Service City", "Site City"]),
        ("property_state", ["Service State", "Service Province", "Site State"]),
        ("property_zip", ["Service Zip code", "Service Postal Code", "Site Postcode"]));

    private sealed record Place(Guid ClientId, string Address, string? City);

    public static async Task<Ok<One<ImportReport>>> Handle([AsParameters] ImportOptions options, HttpRequest http, CurrentUser user, Db db, CancellationToken ct)
    {
        _ = options.SkipsFaulty;
        var sheet = await Sheet.ReadAsync(http, ct);
        var columns = Columns.In(sheet);
        if (!columns.Has("name") && !columns.Has("last_name") && !columns.Has("company_name"))
        {
            throw new RuleException("VALIDATION_ERROR", $"No column holds the clients' names. The first line has: {string.Join(", ", sheet.Headings)}. Name one of them name.") { Field = "file" };
        }

        // Two files at once could make the same client twice.
        await db.RunAsync($"select pg_advisory_xact_lock(hashtextextended({"import clients " + user.Account.Value}, 0))", ct);
        var known = await KnownAsync(sheet, columns, user, db, ct);
        var places = (await db.ListAsync<Place>($"select client_id, address, city from properties where account_id = {user.Account} and client_id = any({known.Ids})", ct))
            .Select(p => (p.ClientId, Key(p.Address), Key(p.City))).ToHashSet();
        var (clients, properties) = (Form<CreateClient.Request>.Of(http.HttpContext.RequestServices), Form<CreateProperty.Request>.Of(http.HttpContext.RequestServices));

        var results = new List<RowReport>();
        foreach (var row in sheet.Rows)
        {
            var (client, problems) = await ImportReport.ReadAsync(clients, ClientOf(columns, row), ct);
            if (client is null)
            {
                results.Add(RowReport.Faulty(row, problems));
                continue;
            }

            var there = known.Find(client);
            var id = there ?? ClientId.New();
            CreateProperty.Request? place = null;
            if (PlaceOf(columns, row, id) is { } said)
            {
                (place, problems) = await ImportReport.ReadAsync(properties, said, ct);
                if (place is null)
                {
                    results.Add(RowReport.Faulty(row, problems.Select(p => "property " + p)));
                    continue;
                }
            }

            if (there is null)
            {
                var made = await ClientSql.Insert(db, client.As(id, user.Account), ct);
                await AuditLog.Inserted(db, user, "client", id, made, ct);
                known.Add(client, id);
            }

            var isNewPlace = place is not null && places.Add((id.Value, Key(place.Address), Key(place.City)));
            if (isNewPlace)
            {
                var made = await PropertySql.Insert(db, new(PropertyId.New(), user.Account, id, place!.Name, place.Address, place.City, place.State, place.Zip, null, default, default), ct);
                await AuditLog.Inserted(db, user, "property", made.Id, made, ct);
            }

            results.Add(RowReport.Of(row, there is null ? RowOutcome.Created : isNewPlace ? RowOutcome.Added : RowOutcome.Duplicate, id.Value));
        }

        var isKept = ImportReport.IsToBeKept(results, columns.Ignored, options);
        if (isKept) await db.CommitAsync(ct);
        // What was only tried was made in a transaction that ends here; its ids are nobody's.
        return Answers.Ok(ImportReport.Of(isKept ? results : [.. results.Select(r => r.Outcome is RowOutcome.Created ? r with { Id = null } : r)], columns.Ignored, isKept));
    }

    private static JsonObject ClientOf(SheetColumns.Found columns, SheetRow row)
    {
        var company = columns.Text(row, "company_name");
        var person = string.Join(' ', new[] { columns.Text(row, "first_name"), columns.Text(row, "last_name") }.Where(part => part is not null));
        return new()
        {
            ["name"] = columns.Text(row, "name") ?? (person.Length > 0 ? person : company),
            ["company_name"] = company,
            // Some programs write all addresses of a client into one cell.
            ["email"] = columns.Text(row, "email")?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(),
            ["phone"] = columns.Text(row, "phone"),
            ["address_line1"] = Street(columns, row, "address_line1", "address_line2"),
            ["city"] = columns.Text(row, "city"),
            ["state"] = columns.Text(row, "state"),
            ["zip"] = columns.Text(row, "zip"),
            ["country"] = Country(columns.Text(row, "country")),
            ["tax_id"] = columns.Text(row, "tax_id"),
            ["reference"] = columns.Text(row, "reference"),
            ["notes"] = columns.Text(row, "notes"),
        };
    }

    // Other programs write the name out. One that is not known here is left as it is, and the row is told what to write.
    private static string? Country(string? written) => written?.ToUpperInvariant() switch
    {
        "UNITED STATES" or "UNITED STATES OF AMERICA" or "USA" => "US",
        "CANADA" => "CA",
        "UNITED KINGDOM" or "GREAT BRITAIN" or "UK" or "ENGLAND" or "SCOTLAND" or "WALES" or "NORTHERN IRELAND" => "GB",
        "IRELAND" => "IE",
        "AUSTRALIA" => "AU",
        "NEW ZEALAND" => "NZ",
        "SOUTH AFRICA" => "ZA",
        "MEXICO" or "MÉXICO" => "MX",
        "SPAIN" or "ESPAÑA" => "ES",
        "GERMANY" or "DEUTSCHLAND" => "DE",
        "AUSTRIA" or "ÖSTERREICH" => "AT",
        "SWITZERLAND" or "SCHWEIZ" => "CH",
        "FRANCE" => "FR",
        "ITALY" or "ITALIA" => "IT",
        "NETHERLANDS" or "NEDERLAND" => "NL",
        "BELGIUM" => "BE",
        { Length: 2 } code => code,
        _ => written,
    };

    private static JsonObject? PlaceOf(SheetColumns.Found columns, SheetRow row, ClientId client) => Street(columns, row, "property_address", "property_address2") is not { } address ? null : new()
    {
        ["client_id"] = client.Value.ToString(),
        ["name"] = columns.Text(row, "property_name"),
        ["address"] = address,
        ["city"] = columns.Text(row, "property_city"),
        ["state"] = columns.Text(row, "property_state"),
        ["zip"] = columns.Text(row, "property_zip"),
    };

    private static string? Street(SheetColumns.Found columns, SheetRow row, string first, string second) =>
        (columns.Text(row, first), columns.Text(row, second)) switch { (null, var other) => other, (var street, null) => street, var (street, more) => $"{street}, {more}" };

    private static async Task<KnownClients> KnownAsync(Sheet sheet, SheetColumns.Found columns, CurrentUser user, Db db, CancellationToken ct)
    {
        var names = sheet.Rows.Select(row => (string?)ClientOf(columns, row)["name"]).OfType<string>().Select(name => name.ToLowerInvariant()).Distinct().ToArray();
        var known = new KnownClients();
        foreach (var row in await db.ListAsync<KnownClients.Row>($"select id, name, email, phone from clients where account_id = {user.Account} and lower(name) = any({names}) order by created_at, id", ct))
        {
            known.Add(row.Name, row.Email, row.Phone, new(row.Id));
        }

        return known;
    }

    private static string Key(string? text) => text?.Trim().ToLowerInvariant() ?? "";

    /// <summary>Clients by their name, and the e-mail addresses and telephones they are told apart by.</summary>
    private sealed class KnownClients
    {
        private readonly Dictionary<string, List<(string Email, string Phone, ClientId Id)>> _byName = [];

        public sealed record Row(Guid Id, string Name, string? Email, string? Phone);

        public Guid[] Ids => [.. _byName.Values.SelectMany(same => same, (_, one) => one.Id.Value)];

        public void Add(CreateClient.Request client, ClientId id) => Add(client.Name, client.Email, client.Phone, id);

        public void Add(string name, string? email, string? phone, ClientId id)
        {
            if (!_byName.TryGetValue(Key(name), out var same)) _byName[Key(name)] = same = [];
            same.Add((Key(email), Digits(phone), id));
        }

        /// <summary>One of the same name, unless both have an e-mail address or a telephone and neither is the same.</summary>
        public ClientId? Find(CreateClient.Request client)
        {
            if (!_byName.TryGetValue(Key(client.Name), out var same)) return null;

            var (email, phone) = (Key(client.Email), Digits(client.Phone));
            foreach (var one in same)
            {
                if ((email.Length > 0 && one.Email == email) || (phone.Length > 0 && one.Phone == phone)) return one.Id;
                var canBeToldApart = (email.Length > 0 && one.Email.Length > 0) || (phone.Length > 0 && one.Phone.Length > 0);
                if (!canBeToldApart) return one.Id;
            }

            return null;
        }

        private static string Digits(string? phone) => new([.. (phone ?? "").Where(char.IsAsciiDigit)]);
    }
}
