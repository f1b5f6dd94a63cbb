using Outpost.Platform.Postgres;

namespace Outpost.Aicq.Agents;

/// <summary>Every statement on agents.</summary>
internal static class AgentSql
{
    internal sealed record Row(Guid Id, string PublicKey, string Name, string Email, DateTimeOffset CreatedAt);

    /// <summary>Somebody's own e-mail address is read only when they have said that others may see it.</summary>
    public static Task<Row?> FindAsync(ReadDb db, Guid id, CancellationToken ct) => db.FirstAsync<Row>($"""
        select id, public_key, coalesce(name, '') as name, case when email_is_public then coalesce(email, '') else '' end as email, created_at
        from agents where id = {id}
        """, ct);

    /// <summary>Makes an agent, or does nothing when somebody has this key.</summary>
    /// <returns>The new id; null when the key is known.</returns>
    public static async Task<Guid?> AddAsync(Db db, Guid id, string publicKey, string name, string email, bool emailIsPublic, DateTimeOffset now, CancellationToken ct) =>
        await db.RunAsync($"""
            insert into agents (id, public_key, name, email, email_is_public, created_at, updated_at)
            values ({id}, {publicKey}, {name}, {email}, {emailIsPublic}, {now}, {now})
            on conflict (public_key) do nothing
            """, ct) == 1 ? id : null;

    public static Task<Guid> WithKeyAsync(Db db, string publicKey, CancellationToken ct) => db.ValueAsync<Guid>($"select id from agents where public_key = {publicKey}", ct);

    public static Task<long> CountAsync(ReadDb db, CancellationToken ct) => db.ValueAsync<long>($"select count(*) from agents", ct);
}
