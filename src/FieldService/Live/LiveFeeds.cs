using System.Threading.Channels;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.Live;

/// <summary>
/// Listens, on one connection for the whole process, to which accounts have news, and reads it for those that have a page open. What is missed while the connection
/// is away is read when it is back: the history has numbers.
/// </summary>
internal sealed partial class LiveFeeds(NpgsqlDataSource source, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<LiveFeeds> log) : BackgroundService
{
    /// <summary>How many pages of one account may be open on this process.</summary>
    private const int MostPages = 200;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15), BetweenAttempts = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromMinutes(1), Idle = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, AccountFeed> _feeds = [];
    private readonly Channel<AccountFeed> _waiting = Channel.CreateUnbounded<AccountFeed>(new() { SingleReader = true });

    /// <summary>The host is ending: streams end now, so that it does not wait for them, and pages come back to another instance.</summary>
    public bool Ended => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The place in the history up to which a page that is made now shows everything; the stream of the page begins there. Null when it cannot be known soon: no page waits for it.</summary>
    public async Task<long?> PlaceAsync(AccountId account, CancellationToken ct)
    {
        var feed = Find(account.Value, opens: false);
        if (feed.Seq < 0) await Task.WhenAny(feed.ReadyAsync(ct), Task.Delay(BetweenAttempts, clock, ct));
        return feed.Seq < 0 ? null : feed.Seq;
    }

    /// <exception cref="RuleException">RATE_LIMITED</exception>
    public AccountFeed Join(AccountId account) => Find(account.Value, opens: true);

    public void Leave(AccountFeed feed)
    {
        lock (_lock)
        {
            feed.Pages--;
            feed.UsedAt = clock.GetUtcNow();
        }
    }

    /// <summary>Lets a feed be read soon.</summary>
    public void Read(AccountFeed feed)
    {
        // Queued once, however often it has news: what waits has an end.
        if (Interlocked.Exchange(ref feed.Waits, 1) == 0) _waiting.Writer.TryWrite(feed);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var ending = lifetime.ApplicationStopping.Register(() => { foreach (var feed in All()) feed.Wake(); });
        await using var beat = clock.CreateTimer(_ => Tick(), null, Beat, Beat);
        await Task.WhenAll(ListenAsync(stoppingToken), ReadAsync(stoppingToken));
    }

    private AccountFeed Find(Guid account, bool opens)
    {
        AccountFeed? feed;
        lock (_lock)
        {
            if (!_feeds.TryGetValue(account, out feed)) _feeds[account] = feed = new(source, account, clock);
            if (opens && feed.Pages >= MostPages) throw new RuleException("RATE_LIMITED", "Too many pages of this company are open. Close some.");
            if (opens) feed.Pages++;
            feed.UsedAt = clock.GetUtcNow();
        }

        if (feed.Seq < 0) Read(feed);
        return feed;
    }

    private List<AccountFeed> All()
    {
        lock (_lock) return [.. _feeds.Values];
    }

    private void Tick()
    {
        lock (_lock)
        {
            var old = clock.GetUtcNow() - Idle;
            foreach (var feed in _feeds.Values.Where(feed => feed.Pages == 0 && feed.UsedAt < old).ToList()) _feeds.Remove(feed.Account);
        }

        foreach (var feed in All())
        {
            // An editor whose page died is one no longer.
            if (feed.Editors.Count > 0) Read(feed);
            feed.Wake();
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                connection.Notification += (_, told) => Hear(told.Payload);
                await using (var listen = new NpgsqlCommand("listen outpost_changes", connection)) await listen.ExecuteNonQueryAsync(ct);
                try
                {
                    // What was told while nobody listened is not told again.
                    do foreach (var feed in All()) Read(feed);
                    while (await HearsAsync(connection, ct));
                }
                finally
                {
                    // It goes back to the others of the pool.
                    await using var silence = new NpgsqlCommand("unlisten *", connection);
                    if (connection.State is System.Data.ConnectionState.Open) await silence.ExecuteNonQueryAsync(CancellationToken.None);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) // The outermost loop: without news pages are still pages.
            {
                Unheard(log, e);
            }

            await Task.Delay(BetweenAttempts, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Until it has been silent for a while; then everybody looks, should the connection have died without a word.
    private static async Task<bool> HearsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        while (await connection.WaitAsync(Silence, ct))
        {
        }

        return connection.State is System.Data.ConnectionState.Open;
    }

    private void Hear(string account)
    {
        if (!Guid.TryParse(account, out var id)) return;

        AccountFeed? feed;
        lock (_lock) _feeds.TryGetValue(id, out feed);
        if (feed is not null) Read(feed);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            AccountFeed? feed = null;
            try
            {
                feed = await _waiting.Reader.ReadAsync(ct);
                // Before it is read: what comes during the reading is read once more.
                Volatile.Write(ref feed.Waits, 0);
                await feed.ReadAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) // The outermost loop: one account's trouble is not the others'.
            {
                Unheard(log, e);
                await Task.Delay(BetweenAttempts, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (feed is not null) Read(feed);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "changes cannot be heard; it is tried again")]
    private static partial void Unheard(ILogger log, Exception cause);
}
