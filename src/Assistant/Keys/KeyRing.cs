using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;
using Outpost.Assistant.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.Assistant.Keys;

/// <summary>
/// Knows programs by their keys. What it has read of a key holds for five seconds, so that a busy program costs no query per call; a key revoked here ends at
/// once, one revoked through another instance within that time.
/// </summary>
internal sealed partial class KeyRing(NpgsqlDataSource source, TimeProvider clock, ILogger<KeyRing> log)
{
    private const int MostKnown = 10_000;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5), Renewal = TimeSpan.FromSeconds(3), UseNoted = TimeSpan.FromMinutes(1), Patience = TimeSpan.FromSeconds(3);

    private readonly ReadDb _db = new(source, null);
    private readonly ConcurrentDictionary<Guid, Known> _known = new();

    private sealed record Known(ApiKeySql.Holder Holder, Caller Caller, DateTimeOffset ReadAt)
    {
        private bool _renewing;

        /// <summary>True for the first who asks.</summary>
        public bool TryRenew() => !Interlocked.Exchange(ref _renewing, true);
    }

    /// <summary>Null when the key is unknown, revoked or past its end.</summary>
    public ValueTask<Caller?> CallerAsync(string bearer, CancellationToken ct)
    {
        if (!ApiKeyText.TryParse(bearer, out var key)) return default;

        var now = clock.GetUtcNow();
        if (!_known.TryGetValue(key.Id, out var known) || now - known.ReadAt >= Freshness) return ReadAsync(key, null, now, ct);

        // Read again while it still holds, by one of its callers and without any of them waiting.
        if (now - known.ReadAt > Renewal && known.TryRenew()) _ = RenewAsync(key, known, now);
        return new(Admit(known, key, now));
    }

    /// <summary>What was known of a key no longer holds.</summary>
    public void Forget(Guid id) => _known.TryRemove(id, out _);

    private async Task RenewAsync(ApiKeyText key, Known known, DateTimeOffset now)
    {
        try
        {
            await ReadAsync(key, known, now, CancellationToken.None);
        }
        catch (Exception broken) when (broken is NpgsqlException or RuleException)
        {
            // What is known holds to its end; whoever comes after it reads again.
            NotRead(log, key.Id, broken);
        }
    }

    private async ValueTask<Caller?> ReadAsync(ApiKeyText key, Known? before, DateTimeOffset now, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        ApiKeySql.Holder? holder;
        try
        {
            holder = await ApiKeySql.HolderOf(_db, key.Id, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // A server that neither answers nor refuses would keep the caller for as long as a statement may take.
            throw KeyRules.NobodyKnown();
        }

        if (holder is null)
        {
            Forget(key.Id);
            return null;
        }

        if (_known.Count >= MostKnown) _known.Clear();
        var known = new Known(holder, new(null, holder.Id, Rights.OfScope(holder.Scopes)) { CallsPerMinute = holder.CallsPerMinute }, now);
        // What was forgotten while it was read again stays forgotten.
        if (before is null) _known[key.Id] = known;
        else _known.TryUpdate(key.Id, known, before);
        var caller = Admit(known, key, now);
        if (caller is not null && (holder.LastUsedAt is not { } last || now - last > UseNoted)) await NoteUseAsync(key.Id, now, patience.Token);
        return caller;
    }

    private static Caller? Admit(Known known, ApiKeyText key, DateTimeOffset now)
    {
        var holder = known.Holder;
        if (holder.ExpiresAt <= now) return null;
        if (CryptographicOperations.FixedTimeEquals(holder.SecretHash, key.Hash)) return known.Caller;

        return holder.PreviousHash is { } previous && holder.PreviousUntil > now && CryptographicOperations.FixedTimeEquals(previous, key.Hash) ? known.Caller : null;
    }

    private async Task NoteUseAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            await using var db = new Db(source, null);
            await ApiKeySql.Used(db, id, now, ct);
            await db.CommitAsync(ct);
        }
        catch (Exception broken) when (broken is NpgsqlException or OperationCanceledException)
        {
            // The call itself needs no note of when it was made.
            NotNoted(log, id, broken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "API key {KeyId} could not be read again")]
    private static partial void NotRead(ILogger log, Guid keyId, Exception broken);

    [LoggerMessage(LogLevel.Warning, "The use of API key {KeyId} could not be noted")]
    private static partial void NotNoted(ILogger log, Guid keyId, Exception broken);
}
