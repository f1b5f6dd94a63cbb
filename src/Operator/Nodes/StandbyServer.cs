using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres.Embedded;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Nodes;

/// <summary>The server of a node that follows another: it takes no writes and runs no services.</summary>
internal sealed class StandbyServer : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly LockFile _held;
    private readonly EmbeddedPostgres _server;
    private readonly DateTimeOffset _startedAt;

    private StandbyServer(DataDirectory data, LockFile held, EmbeddedPostgres server, DateTimeOffset startedAt) => (_data, _held, _server, _startedAt) = (data, held, server, startedAt);

    /// <summary>Returns when it follows and can be read.</summary>
    /// <exception cref="TroubleException">This is no standby, or it runs already.</exception>
    public static async Task<StandbyServer> StartAsync(DataDirectory data, Settings settings, TimeProvider clock, Action<string> say, CancellationToken ct)
    {
        if (NodeRecord.Read(data) is not { } record || !Fence.Follows(data)) throw new TroubleException(TroubleKind.Refused, $"the database in {data.Path} follows nobody", $"make it a standby: outpost node add --data {data.Path} --from DIR");

        var (user, _) = Backends.Users();
        data.Prepare(user is null ? [] : [user]);
        var held = LockFile.TryTake(data.Lock) ?? throw new TroubleException(TroubleKind.Locked, $"something runs in {data.Path} already", $"outpost status --data {data.Path}");
        try
        {
            var binaries = await PostgresBinaries.FindAsync(settings["POSTGRES_BIN"], data.Postgres.Data, ct);
            var server = new EmbeddedPostgres(data.Postgres, binaries, user, "", clock, say)
            {
                Follows = true,
                Overrides = [new("max_connections", record.Connections.ToString(System.Globalization.CultureInfo.InvariantCulture)), new("archive_mode", "off"), new("synchronous_standby_names", "")],
            };
            var standby = new StandbyServer(data, held, server, clock.GetUtcNow());
            server.Changed = () => standby.Write(RunState.Running);
            await server.StartAsync(ct);
            standby.Write(RunState.Running);
            return standby;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_data.Record);
        _held.Dispose();
    }

    private void Write(RunState state) =>
        new RunRecord(ProcessIdentity.Own, _startedAt, state, [], _server.Identity is { } postgres ? [new("postgres", postgres)] : [], new Dictionary<string, long>()).Write(_data);
}
