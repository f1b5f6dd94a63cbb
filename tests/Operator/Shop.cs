using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Tests;

/// <summary>The smallest service there can be: it keeps notes, and is healthy when its database is. <c>POST /end</c> ends its host, as a fault would.</summary>
internal static class Shop
{
    internal static readonly Role Role = new("shop", "keeps notes", Build, "/health", settings => new Uri($"http://127.0.0.1:{settings.Port("SHOP_PORT", 3900)}/"));

    internal static readonly Subsystem Subsystem = new("shop", "notes_of_shop", typeof(Shop).Assembly, FirstLoginAsync, Demo: null);

    /// <summary>A connection string for a URL as the embedded default writes it.</summary>
    internal static string ConnectionString(string url)
    {
        var uri = new Uri(url.Replace("@/", "@socket/", StringComparison.Ordinal));
        var user = uri.UserInfo.Split(':');
        return new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(uri.Query["?host=".Length..]),
            Database = uri.AbsolutePath.Trim('/'),
            Username = user[0],
            Password = user[1],
        }.ConnectionString;
    }

    internal static async Task MigrateAsync(Subsystem subsystem, Settings settings, Action<string> say, CancellationToken ct)
    {
        await using var owner = NpgsqlDataSource.Create(ConnectionString(settings.Required(subsystem.OwnerUrlKeys[0], "")));
        await using var command = owner.CreateCommand("create table if not exists notes (text text not null); grant select, insert on notes to shop_app");
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<Login?> FirstLoginAsync(Settings settings, CancellationToken ct)
    {
        await using var app = NpgsqlDataSource.Create(ConnectionString(settings.Required(Subsystem.AppUrlKeys[0], "")));
        await using var command = app.CreateCommand("insert into notes select 'the first owner' where not exists (select from notes)");
        return await command.ExecuteNonQueryAsync(ct) == 1 ? new("owner@shop.example", "correct-horse-battery") : null;
    }

    private static WebApplication Build(Settings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, settings.Port("SHOP_PORT", 3900)));
        var tripping = new Tripping();
        builder.Services.AddSingleton<IHostedService>(tripping);
        var notes = NpgsqlDataSource.Create(ConnectionString(settings.Required(Subsystem.AppUrlKeys[0], "")));
        var redis = settings.Required("REDIS_URL", "");

        var app = builder.Build();
        app.MapGet("/health", async (CancellationToken ct) =>
        {
            try
            {
                await using var command = notes.CreateCommand("select 1");
                await command.ExecuteScalarAsync(ct);
                return Results.Ok();
            }
            catch (NpgsqlException)
            {
                return Results.StatusCode(503);
            }
        });
        app.MapPost("/notes/{text}", async (string text, CancellationToken ct) =>
        {
            await using var command = notes.CreateCommand("insert into notes values ($1)");
            command.Parameters.Add(new() { Value = text });
            await command.ExecuteNonQueryAsync(ct);
        });
        app.MapGet("/notes", async (CancellationToken ct) =>
        {
            var all = new List<string>();
            await using var command = notes.CreateCommand("select text from notes");
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) all.Add(reader.GetString(0));
            return all;
        });
        app.MapGet("/redis", () => redis);
        app.MapPost("/slow", async (CancellationToken ct) =>
        {
            await using var command = notes.CreateCommand("select pg_sleep(1)");
            await command.ExecuteNonQueryAsync(ct);
            return "answered";
        });
        app.MapPost("/end", () => app.Lifetime.StopApplication());
        app.MapPost("/trip", () => tripping.Armed = true);
        return app;
    }

    /// <summary>Something in a role that throws when the role ends, once <c>POST /trip</c> has asked for it.</summary>
    private sealed class Tripping : IHostedService
    {
        public bool Armed { get; set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Armed ? throw new InvalidOperationException("tripped over its own feet") : Task.CompletedTask;
    }
}
