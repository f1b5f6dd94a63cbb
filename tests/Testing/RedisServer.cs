using Outpost.Platform.Configuration;

namespace Outpost.Testing;

/// <summary>
/// A private Redis that lives as long as the test process: on a unix socket in a directory of its own, started at the first use. Make it an assembly
/// fixture: <c>[assembly: AssemblyFixture(typeof(RedisServer))]</c>. A test that kills its server, or wants one with a password, TLS or a port, starts a
/// <see cref="RedisProcess"/> for itself.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly Lazy<Task<RedisProcess>> _process = new(() => RedisProcess.StartAsync());
    private int _databases;

    /// <summary>
    /// An empty database that nobody else uses. Channels know no databases: whoever publishes shares them with everybody.
    /// </summary>
    public async Task<RedisUrl> DatabaseAsync(CancellationToken ct = default)
    {
        var process = await _process.Value.WaitAsync(ct);
        var number = Interlocked.Increment(ref _databases);
        return number < RedisProcess.Databases ? process.Url with { Database = number } : throw new InvalidOperationException("All databases of the tests' Redis are taken.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated) await (await _process.Value).DisposeAsync();
    }
}
