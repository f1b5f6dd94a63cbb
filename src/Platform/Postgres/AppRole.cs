using Npgsql;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Postgres;

/// <summary>Row-level security is worth nothing on a role that it does not bind, so a service does not start on one.</summary>
public static class AppRole
{
    private sealed record Rights(string Name, bool Superuser, bool Bypasses, string? OwnedTable);

    /// <param name="source">The connections that the service is about to use.</param>
    /// <param name="urlKey">The setting they came from, for the message.</param>
    /// <exception cref="SettingsException">The role is a superuser, has BYPASSRLS, or owns tenant tables (itself or through a role it can become).</exception>
    public static async Task RefuseIfItCanBypassAsync(NpgsqlDataSource source, string urlKey, CancellationToken ct)
    {
        await using var db = new Db(source, null);
        var rights = await db.FirstAsync<Rights>($"""
            select r.rolname::text as name, r.rolsuper as superuser,
              exists (select from pg_roles b where (b.rolbypassrls or b.rolsuper) and pg_has_role(r.oid, b.oid, 'member')) as bypasses,
              (select c.relname::text from pg_class c where c.relrowsecurity and pg_has_role(r.oid, c.relowner, 'member') order by 1 limit 1) as owned_table
            from pg_roles r where r.rolname = current_user
            """, ct) ?? throw new InvalidOperationException("PostgreSQL does not know its own user.");

        var cause = rights switch
        {
            { Superuser: true } => "is a superuser",
            { Bypasses: true } => "has BYPASSRLS or may become a role that has it",
            { OwnedTable: { } table } => $"owns the table {table} or may become its owner",
            _ => null,
        };
        if (cause is null) return;

        throw new SettingsException(new SettingsProblem(urlKey,
            $"connects as {rights.Name}, which {cause}, so row-level security would not separate the accounts",
            $"create a role for the service (create role fsm_login login password '…' in role fsm_app;), use it in {urlKey}, and give the owner's URL as DATABASE_OWNER_URL for migrations"));
    }
}
