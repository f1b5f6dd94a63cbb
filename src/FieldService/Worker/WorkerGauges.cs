using Npgsql;
using Outpost.Platform.Postgres;
using Outpost.Platform.Telemetry;

namespace Outpost.FieldService.Worker;

/// <summary>How the workers are doing, as the database knows it: so whoever serves /metrics can tell, wherever the workers run.</summary>
internal sealed class WorkerGauges(NpgsqlDataSource source, TimeProvider clock)
{
    private readonly ReadDb _db = new(source, null);
    private readonly Lock _gate = new();
    private Task<List<Row>>? _asked;
    private DateTimeOffset _askedAt;

    private sealed record Row(DateTimeOffset? PolledAt, long Pending, DateTimeOffset? OldestDueAt, long InDoubt, string Channel, long Sent, long Failed);

    public IEnumerable<SampledGauge> All()
    {
        yield return new("worker.last_poll.age", "s", "Since a worker last looked what is due; absent when none ever did.", ct => OfAsync(rows => Age(rows[0].PolledAt), ct));
        yield return new("messages.pending", null, "Messages that wait in the outbox.", ct => OfAsync(rows => rows[0].Pending, ct));
        yield return new("messages.oldest_due.age", "s", "How long the message that waits longest has been due.", ct => OfAsync(rows => Age(rows[0].OldestDueAt) ?? 0, ct));
        yield return new("messages.in_doubt", null, "Messages that may or may not have arrived.", ct => OfAsync(rows => rows[0].InDoubt, ct));
        foreach (var channel in new[] { "email", "sms", "chat" })
        {
            yield return new($"messages.sent_24h.{channel}", null, "Messages sent in the last 24 hours.", ct => OfAsync(rows => rows.Find(row => row.Channel == channel)?.Sent, ct));
            yield return new($"messages.failed_24h.{channel}", null, "Messages that failed in the last 24 hours.", ct => OfAsync(rows => rows.Find(row => row.Channel == channel)?.Failed, ct));
        }
    }

    private async Task<double?> OfAsync(Func<List<Row>, double?> value, CancellationToken ct) => value(await AskAsync(ct));

    // All gauges of one scrape share one question.
    private Task<List<Row>> AskAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_asked is { IsFaulted: false, IsCanceled: false } && now >= _askedAt && now - _askedAt < TimeSpan.FromSeconds(2)) return _asked;

            _askedAt = now;
            return _asked = _db.ListAsync<Row>($"select (select max(polled_at) from worker_heartbeats) as polled_at, o.* from messages_overview({now}) o", ct);
        }
    }

    private double? Age(DateTimeOffset? since) => since is { } at ? Math.Max(0, (clock.GetUtcNow() - at).TotalSeconds) : null;
}

internal static class WorkerMeasuring
{
    /// <summary>Puts the workers on /metrics.</summary>
    public static void AddWorkerGauges(this IServiceCollection services)
    {
        services.AddSingleton<WorkerGauges>();
        // How many there are is known without asking any of them.
        for (var i = 0; i < 10; i++)
        {
            var which = i;
            services.AddSingleton(host => host.GetRequiredService<WorkerGauges>().All().ElementAt(which));
        }
    }
}
