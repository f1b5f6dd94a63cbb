using Microsoft.AspNetCore.Builder;
using Npgsql;
using Outpost.FieldService;
using Outpost.FieldService.Demo;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>The field service with the demo company, on a real Kestrel and a database of its own. It is a Tuesday, twenty to ten in Omaha.</summary>
public sealed class DemoService : IAsyncDisposable
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 24, 15, 40, 0, TimeSpan.Zero);
    private readonly WebApplication _app;

    private DemoService(TestDatabase database, WebApplication app, Login owner) => (Database, _app, Owner) = (database, app, owner);

    public TestDatabase Database { get; }

    public Login Owner { get; }

    public Uri Address => new(_app.Urls.Single());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<DemoService> StartAsync(PostgresServer postgres)
    {
        var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var clock = new Clock(Now);
        var owner = (await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, clock, Stop)).Login;
        var app = FieldServiceApp.Build(database.Settings.With(("FSM_PORT", "0"), ("AUTH_SECRET", "a secret of the tests, long enough to be one"), ("LOG_LEVEL", "error")), database.AppSource, clock);
        await app.StartAsync(Stop);
        return new(database, app, owner!);
    }

    /// <summary>Lets a technician of the demo company in, whose password nobody knows otherwise.</summary>
    public async Task<Login> TechnicianAsync(string mailbox)
    {
        await using var command = Database.Superuser.CreateCommand("update users set password_hash = (select password_hash from users where email = $2) where email = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = $"{mailbox}@example.com" });
        command.Parameters.Add(new NpgsqlParameter { Value = Owner.Email });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
        return new($"{mailbox}@example.com", Owner.Password);
    }

    /// <summary>The first column of the first row, as text, past row-level security.</summary>
    public async Task<string> TextAsync(string sql)
    {
        await using var command = Database.Superuser.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Stop))!.ToString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }
}
