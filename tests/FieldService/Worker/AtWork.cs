using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Worker;

/// <summary>A worker inside the test, on the test's clock: it looks when it is told to.</summary>
internal sealed class AtWork : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NpgsqlDataSource _source;

    private AtWork(IHost host, NpgsqlDataSource source) => (_host, _source) = (host, source);

    /// <param name="carrier">What takes letters; null for none, so that they wait.</param>
    public static AtWork On(FieldServiceUnderTest app, ICarrier? carrier = null, params (string Key, string Value)[] settings)
    {
        var source = NpgsqlDataSource.Create(app.Database.AppSource.ConnectionString);
        var host = FieldServiceWorker.Build(FieldServiceUnderTest.SettingsOf(app.Database).With([("LOG_LEVEL", "error"), .. settings]), source, app.Clock, services =>
        {
            if (carrier is null) return;
            services.RemoveAll<ICarrier>();
            services.AddSingleton(carrier);
        });
        return new(host, source);
    }

    public Task PollAsync() => _host.Services.GetRequiredService<WorkLoop>().PollAsync(FieldServiceUnderTest.Stop);

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
        await _source.DisposeAsync();
    }
}

/// <summary>Takes every letter and keeps it.</summary>
internal sealed class Letterbox : ICarrier
{
    public System.Collections.Concurrent.ConcurrentQueue<Letter> Letters { get; } = new();

    public bool Carries(Channel channel) => true;

    public async Task<Delivery> SendAsync(Letter letter, HandOver handOver, CancellationToken ct)
    {
        if (!await handOver(ct)) return new Delivery.NotYet("not mine");

        Letters.Enqueue(letter);
        return new Delivery.Acknowledged("taken");
    }
}

internal static class Arranging
{
    /// <summary>A client who can be written to.</summary>
    public static async Task<Guid> ReachableAsync(this FieldServiceUnderTest app, string email = "ada@example.com", string? phone = null, string name = "Ada Byron", Company? of = null)
    {
        var client = await app.ClientAsync(name, of);
        await app.SqlAsync("update clients set email = $2, phone = $3 where id = $1", client, email, (object?)phone ?? DBNull.Value);
        return client;
    }

    public static async Task<Guid> AutomationAsync(this FieldServiceUnderTest app, string type, string config = "{}", Company? of = null)
    {
        var id = Guid.CreateVersion7();
        await app.SqlAsync("insert into automations (account_id, id, type, config, next_run_at) values ($1, $2, $3, $4::jsonb, $5)", (of ?? app.Company).Account, id, type, config, app.Clock.GetUtcNow().UtcDateTime);
        return id;
    }

    public static async Task<Guid> VisitAtAsync(this FieldServiceUnderTest app, Guid client, DateTimeOffset start, string status = "scheduled")
    {
        var visit = await app.VisitAsync(await app.JobAsync("scheduled", client), app.Company.Tech, status);
        await app.SqlAsync("update visits set scheduled_start = $2, scheduled_end = $2 + interval '1 hour' where id = $1", visit, start.UtcDateTime);
        return visit;
    }

    public static async Task<Guid> OwedAsync(this FieldServiceUnderTest app, Guid client, DateOnly due, string status = "sent")
    {
        var invoice = await app.InvoiceAsync(client, null, "draft");
        await app.SqlAsync("alter table invoices disable trigger user");
        await app.SqlAsync("""
            update invoices set status = $2, due_date = $3, invoice_number = 'INV-' || left(id::text, 13), sent_at = now(), subtotal_cents = 12345, total_cents = 12345 where id = $1
            """, invoice, status, due);
        await app.SqlAsync("alter table invoices enable trigger user");
        return invoice;
    }

    /// <summary>The status of each message with its reason, oldest first: <c>sent, skipped opted_out</c>.</summary>
    public static async Task<string> MessagesAsync(this FieldServiceUnderTest app, Guid subject) => (string)(await app.ValueAsync("""
        select coalesce(string_agg(concat_ws(' ', status, reason), ', ' order by created_at, id), '') from messages where subject_id = $1
        """, subject))!;

    /// <summary>Waits in the database until a query says true.</summary>
    public static async Task UntilAsync(this TestDatabase database, string condition, params object[] values)
    {
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            await using var command = database.Superuser.CreateCommand($"select ({condition}) from pg_sleep(0.05)");
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            try
            {
                if ((bool)(await command.ExecuteScalarAsync(FieldServiceUnderTest.Stop))!) return;
            }
            catch (NpgsqlException) when (System.Diagnostics.Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20))
            {
                // It is being restarted.
            }

            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), $"It never came to be that {condition}.");
        }
    }
}
