using Outpost.Platform.Postgres;

namespace Outpost.Assistant.People;

/// <summary>Every statement that writes <c>people</c> and <c>sign_ins</c>.</summary>
internal static class PersonSql
{
    public sealed record Person(Guid Id, string Email, string FullName, string Role, string PasswordHash, DateTimeOffset? DeactivatedAt);

    public static Task<Person?> ByEmail(ReadDb db, string email, CancellationToken ct) =>
        db.FirstAsync<Person>($"select id, email, full_name, role, password_hash, deactivated_at from people where email = {email}", ct);

    public static Task Insert(Db db, Guid id, string email, string fullName, string role, string hash, CancellationToken ct) =>
        db.RunAsync($"insert into people (id, email, full_name, role, password_hash) values ({id}, {email}, {fullName}, {role}, {hash})", ct);

    public static Task<int> SetPassword(Db db, string email, string hash, CancellationToken ct) => db.RunAsync($"update people set password_hash = {hash} where email = {email}", ct);

    public static Task EndSignInsOf(Db db, string email, CancellationToken ct) =>
        db.RunAsync($"delete from sign_ins s using people p where p.id = s.person_id and p.email = {email}", ct);

    public static async Task SignIn(Db db, Guid person, byte[] token, DateTimeOffset now, CancellationToken ct)
    {
        await db.RunAsync($"delete from sign_ins where person_id = {person} and expires_at < {now}", ct);
        await db.RunAsync($"insert into sign_ins (token_hash, person_id, created_at, expires_at) values ({token}, {person}, {now}, {now + SignIns.Lasts})", ct);
    }

    public static Task SignOut(Db db, byte[] token, CancellationToken ct) => db.RunAsync($"delete from sign_ins where token_hash = {token}", ct);
}
