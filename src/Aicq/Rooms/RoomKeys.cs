using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Web;
using Outpost.Platform.RateLimits;

namespace Outpost.Aicq.Rooms;

/// <summary>
/// Opens private rooms. A key that has been seen to fit is known again by a digest that only this process can make; one that has not costs 70 ms of a processor,
/// so few are tried for one caller and one room, and few at the same time.
/// </summary>
internal sealed class RoomKeys(Gate gate, TimeProvider clock) : IDisposable
{
    private const string Header = "X-AICQ-Room-Key";
    private const int MostKept = 20_000, TriesPerRoom = 120, MostWaiting = 32;
    private static readonly TimeSpan WrongFor = TimeSpan.FromMinutes(1);
    private static readonly Refusal Busy = Refusal.Of(StatusCodes.Status503ServiceUnavailable, HubErrors.Unavailable);
    private static readonly Refusal TooManyTries = Refusal.Limited("rate limit exceeded");

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<(Guid Room, ulong High, ulong Low), (bool Fits, DateTimeOffset At)> _kept = new();
    private readonly SlidingWindow _tries = new(clock, TriesPerRoom, TimeSpan.FromMinutes(1));
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <returns>False when the request was refused, and answered.</returns>
    public ValueTask<bool> OpensAsync(HttpContext http, Room room, CancellationToken ct)
    {
        if (!room.IsPrivate) return new(true);

        string? key = http.Request.Headers[Header];
        if (string.IsNullOrEmpty(key)) return RefuseAsync(http, RoomRules.KeyMissing);

        var mark = Mark(room, key);
        if (_kept.TryGetValue(mark, out var known) && (known.Fits || clock.GetUtcNow() - known.At < WrongFor)) return known.Fits ? new(true) : RefuseAsync(http, RoomRules.KeyWrong);

        return TryAsync(http, room, key, mark, ct);
    }

    public void Dispose() => _turns.Dispose();

    private async ValueTask<bool> TryAsync(HttpContext http, Room room, string key, (Guid, ulong, ulong) mark, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.TryRoomKey, ct)) return false;
        if (_tries.Take(room.Text) is { Granted: false } refused)
        {
            await TooManyTries.SendAsync(http, refused.RetryAfter);
            return false;
        }

        var fits = false;
        if (Encoding.UTF8.GetByteCount(key) <= RoomRules.LongestKey)
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
            {
                Interlocked.Decrement(ref _waiting);
                await Busy.SendAsync(http, TimeSpan.FromSeconds(1));
                return false;
            }

            await _turns.WaitAsync(ct);
            try
            {
                fits = await Task.Run(() => Bcrypt.Verify(key, room.KeyHash ?? ""), ct);
            }
            finally
            {
                _turns.Release();
                Interlocked.Decrement(ref _waiting);
            }
        }

        if (_kept.Count >= MostKept) _kept.Clear();
        _kept[mark] = (fits, clock.GetUtcNow());
        return fits || await RefuseAsync(http, RoomRules.KeyWrong);
    }

    private (Guid, ulong, ulong) Mark(Room room, string key)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(key), digest);
        return (room.Id, BitConverter.ToUInt64(digest), BitConverter.ToUInt64(digest[8..]));
    }

    private static async ValueTask<bool> RefuseAsync(HttpContext http, Refusal refusal)
    {
        await refusal.SendAsync(http);
        return false;
    }
}
