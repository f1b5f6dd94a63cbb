using System.Collections.Concurrent;
using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Nodes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Runtimes;

/// <summary>Brings one database to the newest schema, as its owner.</summary>
/// <param name="settings">Hold the URL under <see cref="Subsystem.OwnerUrlKeys"/>, or only under <see cref="Subsystem.AppUrlKeys"/>.</param>
public delegate Task Migrate(Subsystem subsystem, Settings settings, Action<string> say, CancellationToken ct);

/// <summary>What is to run.</summary>
/// <param name="Roles">Started in this order, stopped in the reverse.</param>
public sealed record LocalPlan(DataDirectory Data, IReadOnlyList<Role> Roles, IReadOnlyList<Subsystem> Subsystems, Settings Settings, Migrate Migrate, bool Demo);

/// <summary>
/// One run of Outpost on this machine, from the secrets to healthy roles and back. It holds the lock on the data directory for as long as it lives.
/// </summary>
public sealed class LocalRun : IAsyncDisposable
{
    private static readonly TimeSpan HealthyWithin = TimeSpan.FromSeconds(60), LogsEvery = TimeSpan.FromMinutes(1);
    private readonly LocalPlan _plan;
    private readonly LockFile _lock;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly DateTimeOffset _startedAt;
    private readonly long _start;
    private readonly ConcurrentDictionary<string, long> _phases = new();
    private readonly List<(string System, Login Login)> _logins = [];
    private readonly List<RunningRole> _roles = [];
    private readonly Lock _recording = new();
    private readonly ITimer _logs;
    private Backends? _backends;
    private RunState _state = RunState.Starting;

    private LocalRun(LocalPlan plan, LockFile held, TimeProvider clock, Action<string> say)
    {
        (_plan, _lock, _clock, _say) = (plan, held, clock, say);
        (_startedAt, _start) = (clock.GetUtcNow(), clock.GetTimestamp());
        _logs = clock.CreateTimer(_ => BoundLogs(), null, LogsEvery, LogsEvery);
    }

    public IReadOnlyList<(string System, Login Login)> Logins => _logins;

    /// <summary>Milliseconds of each step; <c>total</c> is from the lock to healthy.</summary>
    public IReadOnlyDictionary<string, long> Phases => new SortedDictionary<string, long>(_phases, StringComparer.Ordinal);

    public IReadOnlyList<RunRecord.RoleAt> Roles => [.. _roles.Select(r => new RunRecord.RoleAt(r.Role.Name, r.Address, r.Role.Health))];

    /// <summary>Takes the lock on the data directory.</summary>
    /// <returns>Null when another supervisor has it.</returns>
    /// <exception cref="TroubleException">The directory cannot be used.</exception>
    public static LocalRun? TryBegin(LocalPlan plan, TimeProvider clock, Action<string> say)
    {
        var (postgres, redis) = Backends.Users();
        List<UnixUser?> passing = [Backends.NeedPostgres(plan.Subsystems, plan.Settings) ? postgres : null, Backends.NeedRedis(plan.Settings) ? redis : null];
        plan.Data.Prepare(passing.OfType<UnixUser>().Distinct());
        // Looked at before the lock, which a standby that follows has itself, and once more under it.
        Fence.RefuseUp(plan.Data);
        if (LockFile.TryTake(plan.Data.Lock) is not { } held) return null;

        try
        {
            Fence.RefuseUp(plan.Data);
            new ClusterSwap(plan.Data.Postgres, null).Finish();
        }
        catch
        {
            held.Dispose();
            throw;
        }

        var run = new LocalRun(plan, held, clock, say);
        run.Record();
        return run;
    }

    /// <summary>Starts everything and returns when every role says it is healthy.</summary>
    /// <exception cref="TroubleException">Something did not come up. Disposing stops what did.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        Ports.Check(_plan.Roles, _plan.Settings);
        _plan.Settings.DemandOneDatabaseEach(_plan.Subsystems);
        await TimedAsync("prepare", async () => _backends = await Backends.PrepareAsync(_plan.Data, _plan.Subsystems, _plan.Settings, _clock, _say, ct));
        var settings = _backends!.Settings;
        foreach (var role in _plan.Roles) _roles.Add(new(role, settings, _clock, _say));

        var build = Task.Run(() => TimedAsync("build", () =>
        {
            foreach (var role in _roles) role.Build();
            return Task.CompletedTask;
        }), ct);
        // Awaited together, so that neither is left running when the other fails.
        await Task.WhenAll(build, DataAsync(settings, ct));

        await TimedAsync("roles", async () =>
        {
            foreach (var role in _roles) await role.StartAsync(ct);
        });
        await TimedAsync("healthy", () => RoleHealth.AllWithinAsync(_roles, HealthyWithin, _plan.Data.Log, _clock, ct));
        _backends.Keep();
        Memory.GiveBack();
        _phases["total"] = (long)_clock.GetElapsedTime(_start).TotalMilliseconds;
        _state = RunState.Running;
        Record();
    }

    /// <summary>Stops the roles after they have drained, then Redis, then PostgreSQL.</summary>
    public async Task StopAsync()
    {
        _state = RunState.Stopping;
        Record();
        // The signal that stops us reaches each role as well: while one drains, another has ended and must not be taken for one that fell.
        foreach (var role in _roles) await role.LetGoAsync();
        for (var i = _roles.Count - 1; i >= 0; i--) await _roles[i].DisposeAsync();
        _roles.Clear();
        if (_backends is not null) await _backends.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _logs.DisposeAsync();
        File.Delete(_plan.Data.Record);
        _lock.Dispose();
    }

    private async Task DataAsync(Settings settings, CancellationToken ct)
    {
        await _backends!.StartAsync(Record, TimedAsync, ct);
        foreach (var subsystem in _plan.Subsystems)
        {
            await TimedAsync($"migrate {subsystem.Name}", () => _plan.Migrate(subsystem, settings, _say, ct));
            await TimedAsync($"login {subsystem.Name}", async () => Keep(subsystem, await subsystem.FirstLogin(settings, ct)));
            if (_plan.Demo && subsystem.Demo is { } fill) await TimedAsync($"demo {subsystem.Name}", async () => Keep(subsystem, (await fill(settings, DemoSize.Small, ct)).Login));
        }
    }

    private void Keep(Subsystem subsystem, Login? login)
    {
        if (login is not null) _logins.Add((subsystem.Name, login));
    }

    private async Task TimedAsync(string phase, Func<Task> step)
    {
        var start = _clock.GetTimestamp();
        await step();
        _phases[phase] = (long)_clock.GetElapsedTime(start).TotalMilliseconds;
    }

    // A full disk must not keep anything from running or from stopping, so the record is then left as it was.
    private void Record()
    {
        try
        {
            lock (_recording) new RunRecord(ProcessIdentity.Own, _startedAt, _state, Roles, [.. _backends?.Processes ?? []], Phases).Write(_plan.Data);
        }
        catch (TroubleException e)
        {
            _say($"What runs could not be written down: {e.Message}");
        }
    }

    private void BoundLogs()
    {
        try
        {
            foreach (var path in (string[])[_plan.Data.Postgres.Log, _plan.Data.Redis.Log, _plan.Data.ReceiverLog, _plan.Data.Log.Path]) new LogFile(path).Bound();
        }
        catch (IOException e)
        {
            _say($"The logs in {_plan.Data.Logs} could not be cut back: {e.Message}");
        }
    }
}
