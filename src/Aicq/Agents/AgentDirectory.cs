using System.Collections.Concurrent;
using Outpost.Aicq.Stores;

namespace Outpost.Aicq.Agents;

/// <summary>Knows agents by their id and keeps those it has read: a signature costs no question to the database.</summary>
internal sealed class AgentDirectory(HubDatabase database)
{
    private const int MostKept = 50_000;

    private readonly ConcurrentDictionary<Guid, Agent> _kept = new();

    /// <returns>Null when there is none; it may be there a moment later.</returns>
    /// <exception cref="StoreUnavailableException">It is not kept, and PostgreSQL is away.</exception>
    public ValueTask<Agent?> FindAsync(Guid id, CancellationToken ct) => _kept.TryGetValue(id, out var kept) ? new(kept) : new(ReadAsync(id, ct));

    private async Task<Agent?> ReadAsync(Guid id, CancellationToken ct)
    {
        if (await database.ReadAsync((db, stop) => AgentSql.FindAsync(db, id, stop), ct) is not { } row) return null;

        if (_kept.Count >= MostKept) _kept.Clear();
        return _kept[id] = new(row.Id, AgentKey.TryParse(row.PublicKey, out var key) ? key : [], row.Name, row.Email, row.CreatedAt);
    }
}
