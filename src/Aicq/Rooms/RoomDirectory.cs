using System.Collections.Concurrent;
using Outpost.Aicq.Stores;

namespace Outpost.Aicq.Rooms;

/// <summary>Knows rooms by their id and keeps those it has read.</summary>
internal sealed class RoomDirectory(HubDatabase database)
{
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<Guid, Room> _kept = new();

    /// <returns>Null when there is none; it may be there a moment later.</returns>
    /// <exception cref="StoreUnavailableException">It is not kept, and PostgreSQL is away.</exception>
    public ValueTask<Room?> FindAsync(Guid id, CancellationToken ct) => _kept.TryGetValue(id, out var kept) ? new(kept) : new(ReadAsync(id, ct));

    private async Task<Room?> ReadAsync(Guid id, CancellationToken ct)
    {
        if (await database.ReadAsync((db, stop) => RoomSql.FindAsync(db, id, stop), ct) is not { } row) return null;

        if (_kept.Count >= MostKept) _kept.Clear();
        return _kept[id] = new(row.Id, row.Name, row.IsPrivate, row.KeyHash);
    }
}
