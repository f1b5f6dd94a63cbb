using System.Data.Common;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Every statement that writes <c>accounts</c>.</summary>
internal static class AccountSql
{
    /// <summary>The company as it is kept.</summary>
    /// <param name="Settings">What stands in the column, with what this version does not know.</param>
    internal sealed record Kept(Account Account, string Settings);

    public static LockVersion LockVersion { get; } = async (db, user, _, ct) => (await FindForUpdate(db, user.Account, ct))?.Account.Version;

    /// <summary>Locks the company, so that no first document comes into being meanwhile.</summary>
    public static Task<Kept?> FindForUpdate(Db db, AccountId account, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from accounts where id = {account} for update", Read, ct);

    public static Sql Find(AccountId account) => $"select {Columns} from accounts where id = {account}";

    /// <summary>Whether anything was ever written in the company's currency.</summary>
    public static Task<bool> HasDocuments(Db db, AccountId account, CancellationToken ct) => db.ValueAsync<bool>($"""
        select exists (select from estimates where account_id = {account}) or exists (select from invoices where account_id = {account})
            or exists (select from payments where account_id = {account})
        """, ct);

    /// <summary>Whether the database reckons with this time zone too: its own list may be older than ours.</summary>
    public static Task<bool> KnowsTimeZone(Db db, string zone, CancellationToken ct) =>
        db.ValueAsync<bool>($"select exists (select from pg_timezone_names where name = {zone})", ct);

    /// <param name="settings">All of the column, as JSON.</param>
    public static async Task<Account> Save(Db db, Account account, string settings, CancellationToken ct) => (await db.FirstAsync($"""
        update accounts
        set name = {account.Name}, time_zone = {account.TimeZone}, currency = {account.Currency}, address_line1 = {account.AddressLine1},
            address_line2 = {account.AddressLine2}, city = {account.City}, state = {account.State}, zip = {account.Zip}, country = {account.Country},
            phone = {account.Phone}, email = {account.Email}, tax_id = {account.TaxId}, settings = {new Json(settings)}
        where id = {account.Id}
        returning {Columns}
        """, Read, ct))!.Account;

    public static Kept Read(DbDataReader row) => new(new(
        new(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetString(3), Text(row, 4), Text(row, 5), Text(row, 6), Text(row, 7), Text(row, 8), Text(row, 9),
        Text(row, 10), Text(row, 11), Text(row, 12), AccountSettings.Read(row.GetString(13)),
        row.GetFieldValue<DateTimeOffset>(14), row.GetFieldValue<DateTimeOffset>(15), row.GetInt32(16)), row.GetString(13));

    private static Sql Columns => $"""
        id, name, time_zone, currency, address_line1, address_line2, city, state, zip, country, phone, email, tax_id, settings::text, created_at, updated_at, version
        """;

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
