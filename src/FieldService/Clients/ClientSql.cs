using System.Data.Common;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>Every statement that writes <c>clients</c>.</summary>
internal static class ClientSql
{
    /// <summary>Locks the client against everything, new jobs and documents for it included.</summary>
    public static Task<Client?> FindForUpdate(Db db, AccountId account, ClientId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from clients where account_id = {account} and id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from clients where account_id = {user.Account} and id = {id} for update", ct);

    public static async Task<Client> Insert(Db db, Client client, CancellationToken ct) => (await db.FirstAsync($"""
        insert into clients (account_id, id, name, company_name, email, phone, address_line1, city, state, zip, notes, country, tax_id, reference)
        values ({client.AccountId}, {client.Id}, {client.Name}, {client.CompanyName}, {client.Email}, {client.Phone}, {client.AddressLine1}, {client.City},
                {client.State}, {client.Zip}, {client.Notes}, {client.Country}, {client.TaxId}, {client.Reference})
        returning {Columns}
        """, Read, ct))!;

    public static async Task<Client> Save(Db db, Client client, CancellationToken ct) => (await db.FirstAsync($"""
        update clients
        set name = {client.Name}, company_name = {client.CompanyName}, email = {client.Email}, phone = {client.Phone}, address_line1 = {client.AddressLine1},
            city = {client.City}, state = {client.State}, zip = {client.Zip}, notes = {client.Notes},
            country = {client.Country}, tax_id = {client.TaxId}, reference = {client.Reference}
        where account_id = {client.AccountId} and id = {client.Id}
        returning {Columns}
        """, Read, ct))!;

    public static Task<int> Delete(Db db, Client client, CancellationToken ct) =>
        db.RunAsync($"delete from clients where account_id = {client.AccountId} and id = {client.Id}", ct);

    private static Sql Columns => $"id, account_id, name, company_name, email, phone, address_line1, city, state, zip, notes, created_at, updated_at, version, country, tax_id, reference";

    private static Client Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        row.GetString(2),
        Text(row, 3),
        Text(row, 4),
        Text(row, 5),
        Text(row, 6),
        Text(row, 7),
        Text(row, 8),
        Text(row, 9),
        Text(row, 10),
        row.GetFieldValue<DateTimeOffset>(11),
        row.GetFieldValue<DateTimeOffset>(12))
    {
        Version = row.GetInt32(13),
        Country = Text(row, 14),
        TaxId = Text(row, 15),
        Reference = Text(row, 16),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
