using System.Runtime.CompilerServices;
using System.Text.Json;
using Outpost.Platform.Processes;
using static Outpost.Operator.Aicq.HubRecords;

namespace Outpost.Operator.Aicq;

/// <summary>
/// What is said in a room, or in all public rooms, as it is said. After a break it goes on where it was. A hub without live streams is asked every few seconds instead,
/// and then only about one room.
/// </summary>
internal sealed class HubWatch(HubClient hub, Guid? room, string? roomKey, Func<string, Task> say, TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60), BetweenQuestions = TimeSpan.FromSeconds(3), LongestPause = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true };

    private string? _lastId;

    /// <param name="after">Where an earlier watch ended.</param>
    public async IAsyncEnumerable<Heard> ListenAsync(string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        _lastId = after;
        var pause = TimeSpan.FromMilliseconds(250);
        while (true)
        {
            var (stream, trouble) = await TryOpenAsync(ct);
            if (stream is null && trouble is null) break;

            if (stream is not null)
            {
                await foreach (var heard in ReadAsync(stream, ct))
                {
                    pause = TimeSpan.FromMilliseconds(250);
                    yield return heard;
                }
            }

            if (trouble?.Kind == TroubleKind.Refused) throw trouble;

            await say(trouble is null ? "the stream ended; connecting again" : $"{trouble.Message}; trying again");
            await Task.Delay(pause, clock, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        if (room is not { } asked) throw new TroubleException(TroubleKind.Refused, "this hub has no live streams", "watch one room: outpost aicq watch ROOM");

        await say($"this hub has no live streams; asking it every {BetweenQuestions.TotalSeconds:0} seconds");
        await foreach (var heard in AskAsync(asked, ct)) yield return heard;
    }

    private async Task<(HttpResponseMessage? Stream, TroubleException? Trouble)> TryOpenAsync(CancellationToken ct)
    {
        try
        {
            return (await hub.ListenAsync(room, roomKey, _lastId, ct), null);
        }
        catch (HttpRequestException lost)
        {
            return (null, new(TroubleKind.Failed, $"the hub at {hub.Hub} does not answer: {lost.Message}", "see that it runs", inner: lost));
        }
        catch (TroubleException refused)
        {
            return (null, refused);
        }
    }

    /// <summary>Ends when the stream does, or says nothing for so long that it must be dead: a hub beats every few seconds.</summary>
    private async IAsyncEnumerable<Heard> ReadAsync(HttpResponseMessage answer, [EnumeratorCancellation] CancellationToken ct)
    {
        using var _ = answer;
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        string? id = null, kind = null, data = null;
        while (await LineAsync(lines, ct) is { } line)
        {
            if (line.Length == 0)
            {
                var heard = data is null ? null : Read(id, kind, data);
                if (id is not null) _lastId = id;
                (id, kind, data) = (null, null, null);
                if (heard is not null) yield return heard;
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) continue;

            var value = line[(colon + 1)..].TrimStart(' ');
            switch (line[..colon])
            {
                case "id": id = value; break;
                case "event": kind = value; break;
                case "data": data = data is null ? value : $"{data}\n{value}"; break;
            }
        }
    }

    private static async Task<string?> LineAsync(StreamReader lines, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Quiet);
        try
        {
            return await lines.ReadLineAsync(patience.Token);
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private Heard? Read(string? id, string? kind, string data)
    {
        if (kind is not (null or "message" or "deleted")) return null;

        try
        {
            var told = JsonSerializer.Deserialize<Told>(data, Json);
            return told?.Id is null ? null : new(id, told.Id, told.RoomId ?? room, kind == "deleted", told.From, told.Body ?? "", told.Pid, told.Ts);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The new ones of each page, oldest first; of those that came between two questions and do not fit on it, the older are fetched too.</summary>
    private async IAsyncEnumerable<Heard> AskAsync(Guid asked, [EnumeratorCancellation] CancellationToken ct)
    {
        var newest = (await hub.ReadAsync(asked, 1, null, roomKey, ct)).Messages is [var first] ? (first.Ts, first.Id) : (Ts: 0L, Id: "");
        while (true)
        {
            await Task.Delay(BetweenQuestions, clock, ct);
            var fresh = new List<Message>();
            long? before = null;
            while (true)
            {
                var page = await hub.ReadAsync(asked, 200, before, roomKey, ct);
                var unseen = page.Messages.Where(m => (m.Ts, m.Id).CompareTo(newest) > 0).ToArray();
                fresh.AddRange(unseen);
                if (!page.HasMore || unseen.Length < page.Messages.Count) break;
                before = page.Messages[^1].Ts;
            }

            fresh.Sort((a, b) => (a.Ts, a.Id).CompareTo((b.Ts, b.Id)));
            foreach (var m in fresh)
            {
                newest = (m.Ts, m.Id);
                yield return new(null, m.Id, asked, false, m.From, m.Body, m.Pid, m.Ts);
            }
        }
    }

    private sealed record Told(string? Id, Guid? RoomId, Guid From, string? Body, string? Pid, long Ts);
}
