using Npgsql;
using Outpost.Platform.Roles;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Demo;

/// <summary>
/// A small plumbing, heating and electrical company to look at: a year of clients, ten weeks of work behind and two ahead, dated around today.
/// </summary>
public static class DemoCompany
{
    // The number is nothing but unlike others: who fills in the demo company holds it.
    private const long Lock = 7_420_183_655_901;

    /// <summary>
    /// Fills in the company, once and whole: killed half-way, nothing is there. An account in which nobody has done anything yet, as the first start
    /// leaves it, becomes the demo company; beside real work it is an account of its own.
    /// </summary>
    /// <param name="owner">Connections of the role that owns the tables: no account may make another.</param>
    /// <returns>
    /// Without a login when the company lives in the account of the first start, whose owner keeps the password they have. Nobody knows the technicians'
    /// passwords.
    /// </returns>
    public static async Task<DemoAnswer> FillAsync(NpgsqlDataSource owner, DemoSize size, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await owner.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var sql = new DemoSql(connection);

        await sql.LockAsync(Lock, ct);
        if (await sql.IsThereAsync(ct)) return new(false, null);

        var untouched = await sql.UntouchedAccountAsync(ct);
        var plan = DemoPlan.Of(clock.GetUtcNow(), DemoScale.Of(size));
        var password = Secret.Password();
        var hashes = await HashesAsync(plan.Users.Select((_, i) => i == 0 ? password : Secret.Password()), ct);
        var (account, email) = await sql.WriteAsync(plan, untouched, hashes, clock.GetUtcNow(), ct);
        await new DemoOffice(connection, account, plan, clock.GetUtcNow()).WriteAsync(ct);
        await transaction.CommitAsync(ct);
        await sql.TidyAsync(ct);
        return new(true, untouched is null ? new Login(email, password) : null);
    }

    private static Task<string[]> HashesAsync(IEnumerable<string> passwords, CancellationToken ct) => Task.WhenAll(passwords.Select(password => PasswordHash.HashAsync(password, ct)));
}
