using System.Diagnostics;
using System.Globalization;
using Outpost.Platform.Configuration;
using Outpost.Platform.Redis;

namespace Outpost.Testing;

/// <summary>Three masters and a replica of each, on the loopback interface, ending with the test process.</summary>
public sealed class RedisClusterOfSix : IAsyncDisposable
{
    private readonly RedisProcess[] _nodes;

    private RedisClusterOfSix(RedisProcess[] nodes) => _nodes = nodes;

    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    public RedisUrl Url => _nodes[0].TcpUrl;

    public static async Task<RedisClusterOfSix> StartAsync()
    {
        var nodes = new List<RedisProcess>();
        foreach (var _ in Enumerable.Range(0, 6))
        {
            nodes.Add(await RedisProcess.StartAsync(tcp: true, settings: $"""
                databases 1
                cluster-enabled yes
                cluster-port {RedisProcess.FreePort()}
                cluster-node-timeout 1500
                cluster-config-file nodes.conf
                repl-diskless-sync-delay 0
                """));
        }

        var cluster = new RedisClusterOfSix([.. nodes]);
        string[] words = ["--cluster", "create", .. nodes.Select(n => $"127.0.0.1:{n.Port}"), "--cluster-replicas", "1", "--cluster-yes"];
        using var create = Process.Start(new ProcessStartInfo("redis-cli", words) { RedirectStandardOutput = true })!;
        var said = await create.StandardOutput.ReadToEndAsync();
        await create.WaitForExitAsync();
        if (create.ExitCode != 0) throw new InvalidOperationException($"The cluster for the tests could not be made:{Environment.NewLine}{said}");

        foreach (var node in nodes) await UntilAsync(node, info => info.Contains("cluster_state:ok", StringComparison.Ordinal));
        return cluster;
    }

    /// <summary>The master that has this slot.</summary>
    public async Task<RedisProcess> OwnerAsync(int slot)
    {
        foreach (var node in _nodes)
        {
            try
            {
                await using var client = new RedisClient(node.TcpUrl);
                var ranges = await client.CallAsync(new RedisCommand("CLUSTER", "SLOTS"));
                var port = ranges.Items.First(range => range[0].AsLong() <= slot && slot <= range[1].AsLong())[2][1].AsLong();
                return _nodes.First(n => n.Port == port);
            }
            catch (RedisUnavailableException)
            {
                // This is the one that was killed.
            }
        }

        throw new InvalidOperationException("No node of the cluster answers.");
    }

    public static async Task<string> IdAsync(RedisProcess node)
    {
        await using var client = new RedisClient(node.TcpUrl);
        return (await client.CallAsync(new RedisCommand("CLUSTER", "MYID"))).AsString()!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private static async Task UntilAsync(RedisProcess node, Func<string, bool> holds)
    {
        await using var client = new RedisClient(node.TcpUrl);
        var deadline = Stopwatch.GetTimestamp() + (60 * Stopwatch.Frequency);
        while (!holds((await client.CallAsync(new RedisCommand("CLUSTER", "INFO"))).AsString()!))
        {
            if (Stopwatch.GetTimestamp() > deadline) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The cluster's node at port {node.Port} did not become ready."));
            await Task.Delay(20);
        }
    }
}
