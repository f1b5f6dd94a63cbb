using Npgsql;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Opens transactions for a tenant other than the caller: while signing in there is no caller yet.</summary>
public sealed class Tenants(NpgsqlDataSource source)
{
    public Db Open(Tenant? tenant) => new(source, tenant);
}
