using System.Data.Common;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>Every statement that writes <c>properties</c>.</summary>
internal static class PropertySql
{
    private const string ClientOfTheAccount = "a_property_belongs_to_a_client_of_its_account";

    /// <summary>Locks the property against everything, new jobs and documents at it included.</summary>
    public static Task<Property?> FindForUpdate(Db db, AccountId account, PropertyId id, CancellationToken ct) =>
        db.FirstAsync($"select {Columns} from properties where account_id = {account} and id = {id} for update", Read, ct);

    /// <inheritdoc cref="Web.LockVersion"/>
    public static Task<int?> LockVersion(Db db, CurrentUser user, Guid id, CancellationToken ct) =>
        db.ValueAsync<int?>($"select version from properties where account_id = {user.Account} and id = {id} for update", ct);

    /// <summary>What stands in the way; holds until the commit, because nothing new can refer to a locked property.</summary>
    public static async Task<InUse> UsesOfLocked(Db db, Property property, CancellationToken ct) => (await db.FirstAsync<InUse>($"""
        select (select count(*)::int from jobs where account_id = {property.AccountId} and property_id = {property.Id}) as jobs,
               (select count(*)::int from estimates where account_id = {property.AccountId} and property_id = {property.Id}) as estimates,
               (select count(*)::int from invoices where account_id = {property.AccountId} and property_id = {property.Id}) as invoices,
               (select count(*)::int from job_plans where account_id = {property.AccountId} and property_id = {property.Id})
               + (select count(*)::int from invoice_plans where account_id = {property.AccountId} and property_id = {property.Id}) as plans
        """, ct))!;

    public static async Task<Property> Insert(Db db, Property property, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                insert into properties (account_id, id, client_id, name, address, city, state, zip, notes, time_zone, latitude, longitude)
                values ({property.AccountId}, {property.Id}, {property.ClientId}, {property.Name}, {property.Address}, {property.City}, {property.State},
                        {property.Zip}, {property.Notes}, {property.TimeZone}, {property.Latitude}, {property.Longitude})
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (unknown is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: ClientOfTheAccount })
        {
            throw Missing.Of("client", "client_id");
        }
    }

    public static async Task<Property> Save(Db db, Property property, CancellationToken ct)
    {
        try
        {
            return (await db.FirstAsync($"""
                update properties
                set client_id = {property.ClientId}, name = {property.Name}, address = {property.Address}, city = {property.City}, state = {property.State},
                    zip = {property.Zip}, notes = {property.Notes}, time_zone = {property.TimeZone},
                    latitude = {property.Latitude}, longitude = {property.Longitude}
                where account_id = {property.AccountId} and id = {property.Id}
                returning {Columns}
                """, Read, ct))!;
        }
        catch (PostgresException unknown) when (unknown is { SqlState: PostgresErrorCodes.ForeignKeyViolation, ConstraintName: ClientOfTheAccount })
        {
            throw Missing.Of("client", "client_id");
        }
    }

    public static Task<int> Delete(Db db, Property property, CancellationToken ct) =>
        db.RunAsync($"delete from properties where account_id = {property.AccountId} and id = {property.Id}", ct);

    /// <returns>What was deleted, for the audit log.</returns>
    public static Task<List<Property>> DeleteOfClient(Db db, AccountId account, ClientId client, CancellationToken ct) =>
        db.ListAsync($"delete from properties where account_id = {account} and client_id = {client} returning {Columns}", Read, ct);

    private static Sql Columns => $"id, account_id, client_id, name, address, city, state, zip, notes, created_at, updated_at, version, time_zone, latitude, longitude";

    private static Property Read(DbDataReader row) => new(
        new(row.GetGuid(0)),
        new(row.GetGuid(1)),
        new(row.GetGuid(2)),
        Text(row, 3),
        row.GetString(4),
        Text(row, 5),
        Text(row, 6),
        Text(row, 7),
        Text(row, 8),
        row.GetFieldValue<DateTimeOffset>(9),
        row.GetFieldValue<DateTimeOffset>(10))
    {
        Version = row.GetInt32(11),
        TimeZone = Text(row, 12),
        Latitude = row.IsDBNull(13) ? null : row.GetDouble(13),
        Longitude = row.IsDBNull(14) ? null : row.GetDouble(14),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
