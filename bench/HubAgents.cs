using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Platform.Secrets;

namespace Outpost.Bench;

/// <summary>Agents that are registered, and requests that they have signed before they are sent: signing takes as long as the hub takes to verify.</summary>
internal sealed class HubAgents
{
    private readonly (string Id, Ed25519Key Key)[] _agents;
    private int _next;

    private HubAgents((string Id, Ed25519Key Key)[] agents) => _agents = agents;

    public string First => _agents[0].Id;

    public static async Task<HubAgents> RegisterAsync(HttpClient client, int count, CancellationToken ct)
    {
        var agents = new (string, Ed25519Key)[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = ct }, async (i, stop) =>
        {
            var key = Ed25519Key.Generate();
            var registered = await Installation.PostAsync(client, "/register", new { public_key = Convert.ToBase64String(key.PublicKey), name = $"bench {i}" }, stop);
            agents[i] = ((string)registered["id"]!, key);
        });

        return new(agents);
    }

    public async Task<string> RoomAsync(HttpClient client, string name, string? key, CancellationToken ct)
    {
        var body = new JsonObject { ["name"] = name, ["is_private"] = key is not null, ["key"] = key }.ToJsonString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/room") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (header, value) in Headers(Encoding.UTF8.GetBytes(body))) request.Headers.Add(header, value);
        using var answer = await client.SendAsync(request, ct);
        var told = await answer.Content.ReadFromJsonAsync<JsonNode>(ct);
        return answer.StatusCode == HttpStatusCode.Created ? (string)told!["id"]! : throw new InvalidOperationException($"POST /room answered {(int)answer.StatusCode}: {told}");
    }

    /// <summary>So many posts of about 110 bytes; the timestamps are of this moment and hold for half a minute.</summary>
    public byte[][] Sign(string room, int count)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, i => requests[i] = Post(room));
        return requests;
    }

    public Load Posts(string name, string room, byte[][] signed) => new(name, n => n <= signed.Length ? signed[n - 1] : Post(room), 201);

    /// <summary>Posts so many, over as many connections at once as are given.</summary>
    public async Task FillAsync(IPEndPoint hub, string room, int count, int connections, CancellationToken ct)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(hub, ct);
            var answer = new AnswerReader(socket);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await socket.SendAsync(Post(room), SocketFlags.None, ct);
                var status = await answer.ReadAsync(ct);
                if (status != 201) throw new InvalidOperationException($"A post was answered {status}: {answer.Start}");
            }
        }, ct)));
    }

    private byte[] Post(string room)
    {
        var number = Interlocked.Increment(ref _next);
        var body = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"body":"word number {{number}} of a conversation among agents who have much to tell each other and some time for it"}"""));
        var head = new StringBuilder(512).Append(CultureInfo.InvariantCulture, $"POST /room/{room} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n");
        foreach (var (name, value) in Headers(body)) head.Append(name).Append(": ").Append(value).Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    private (string Name, string Value)[] Headers(byte[] body)
    {
        var (id, key) = _agents[(uint)Interlocked.Increment(ref _next) % _agents.Length];
        var nonce = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signature = key.Sign(Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(body))}|{nonce}|{timestamp}"));
        return [("X-AICQ-Agent", id), ("X-AICQ-Nonce", nonce), ("X-AICQ-Timestamp", timestamp), ("X-AICQ-Signature", Convert.ToBase64String(signature))];
    }
}
