using System.ComponentModel.DataAnnotations;
using Npgsql;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;
using Outpost.Platform.Secrets;

namespace Outpost.Assistant.People;

/// <summary>What the operator of the server does with people from the command line, as the owner of the database.</summary>
internal sealed class PeopleAdministration : IUsers
{
    private const int ShortestPassword = 8, LongestPassword = 1024;
    private const string FirstEmail = "admin@example.com";

    // The number is nothing but unlike others: who makes the first person holds it.
    private const long FirstLock = 6_021_957_330_115;

    private sealed record Listed(string Email, string FullName, string Role, DateTimeOffset? DeactivatedAt);

    public async Task AddAsync(Settings settings, NewUser user, CancellationToken ct)
    {
        var role = user.Role == "owner" ? Rights.Admin : user.Role;
        if (role is not (Rights.Admin or Rights.Member)) throw new RuleException("VALIDATION_ERROR", $"A person is {Rights.Admin} or {Rights.Member}.") { Field = "role" };
        if (user.FullName.Trim() is not { Length: > 0 and <= 255 } name || name.Contains('\0')) throw new RuleException("VALIDATION_ERROR", "A name has 1 to 255 characters.") { Field = "full_name" };

        var (email, hash) = (Email(user.Email), await HashAsync(user.Password, ct));
        await using var owner = SubsystemMigrations.OwnerSource(AssistantRole.Subsystem, settings);
        await using var db = new Db(owner, null);
        try
        {
            await PersonSql.Insert(db, Guid.CreateVersion7(), email, name, role, hash, ct);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "one_person_per_email" })
        {
            throw new RuleException("CONFLICT", "Somebody has this e-mail already.") { Field = "email" };
        }

        await db.CommitAsync(ct);
    }

    public async Task<IReadOnlyList<KnownUser>> ListAsync(Settings settings, CancellationToken ct)
    {
        await using var owner = SubsystemMigrations.OwnerSource(AssistantRole.Subsystem, settings);
        var people = await new ReadDb(owner, null).ListAsync<Listed>($"select email, full_name, role, deactivated_at from people order by lower(full_name), id", ct);
        return [.. people.Select(person => new KnownUser("assistant", person.Email, person.FullName, person.Role, person.DeactivatedAt is null))];
    }

    public async Task SetPasswordAsync(Settings settings, string email, string password, CancellationToken ct)
    {
        var (known, hash) = (Email(email), await HashAsync(password, ct));
        await using var owner = SubsystemMigrations.OwnerSource(AssistantRole.Subsystem, settings);
        await using var db = new Db(owner, null);
        if (await PersonSql.SetPassword(db, known, hash, ct) == 0) throw new RuleException("NOT_FOUND", "Nobody has this e-mail.") { Field = "email" };

        await PersonSql.EndSignInsOf(db, known, ct);
        await db.CommitAsync(ct);
    }

    /// <summary>Makes the first administrator when there is nobody yet. Safe to run from several processes at once.</summary>
    public static async Task<Login?> FirstLoginAsync(Settings settings, CancellationToken ct)
    {
        await using var owner = SubsystemMigrations.OwnerSource(AssistantRole.Subsystem, settings);
        await using var db = new Db(owner, null);
        await db.RunAsync($"select pg_advisory_xact_lock({FirstLock})", ct);
        if (await db.ValueAsync<bool>($"select exists (select from people)", ct)) return null;

        var password = Secret.Password();
        await PersonSql.Insert(db, Guid.CreateVersion7(), FirstEmail, "Administrator", Rights.Admin, await PasswordHash.HashAsync(password, ct), ct);
        await db.CommitAsync(ct);
        return new(FirstEmail, password);
    }

    private static string Email(string text) =>
        text.Trim().ToLowerInvariant() is { Length: <= 320 } email && new EmailAddressAttribute().IsValid(email) && !email.Contains('\0')
            ? email
            : throw new RuleException("VALIDATION_ERROR", "This is no e-mail address.") { Field = "email" };

    private static Task<string> HashAsync(string password, CancellationToken ct) => password.Length is >= ShortestPassword and <= LongestPassword
        ? PasswordHash.HashAsync(password, ct)
        : throw new RuleException("VALIDATION_ERROR", $"A password has {ShortestPassword} to {LongestPassword} characters.") { Field = "password" };
}
