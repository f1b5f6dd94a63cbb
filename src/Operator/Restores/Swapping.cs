using Npgsql;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Restores;

/// <summary>Puts what was restored in the place of what runs, and back. Each step looks first whether it was done, so it can be gone on with after a kill.</summary>
internal sealed class Swapping(DataDirectory data, Func<string, RestoreTarget> targetOf, TimeProvider clock, Action<string> say)
{
    /// <summary>Goes on with a restore that was killed while it put things in place.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> FinishAsync(Operation operation, CancellationToken ct)
    {
        if (SwapPlan.Pending(data) is not { } plan) return false;

        say($"The restore of {plan.Stamp} was cut off while it put things in place; it is finished first");
        await ApplyAsync(plan, operation, ct);
        return true;
    }

    public async Task ApplyAsync(SwapPlan plan, Operation operation, CancellationToken ct)
    {
        plan.Begin(data);
        foreach (var swap in plan.Swaps)
        {
            operation.Step("swap", $"{swap.Staged} -> {swap.Live}");
            await OneAsync(swap, ct);
        }

        operation.Step("swapped", plan.Stamp);
        plan.Done(data);
    }

    /// <summary>Takes the newest restore back: what was kept gets its name again, what was restored is removed.</summary>
    /// <exception cref="TroubleException">Nothing is kept.</exception>
    public async Task<SwapPlan> UndoAsync(Operation operation, CancellationToken ct)
    {
        await FinishAsync(operation, ct);
        if (SwapPlan.Kept(data) is not [.., var last]) throw new TroubleException(TroubleKind.Refused, "there is no restore whose former state is kept", "outpost journal");

        var back = new SwapPlan(operation.Id, last.Stamp, clock.GetUtcNow(), [.. last.Swaps.Select(s => s with { Staged = s.Kept, Kept = s.Staged })]);
        await ApplyAsync(back, operation, ct);
        foreach (var swap in back.Swaps) await RemoveAsync(swap.System, swap.Kind, swap.Kept, ct);
        SwapPlan.Forget(data, back);
        SwapPlan.Forget(data, last);
        return last;
    }

    /// <summary>Removes what was kept of before the restores.</summary>
    public async Task<IReadOnlyList<SwapPlan>> ConfirmAsync(Operation operation, CancellationToken ct)
    {
        await FinishAsync(operation, ct);
        var kept = SwapPlan.Kept(data);
        foreach (var plan in kept)
        {
            foreach (var swap in plan.Swaps)
            {
                operation.Step("remove", swap.Kept);
                await RemoveAsync(swap.System, swap.Kind, swap.Kept, ct);
            }

            SwapPlan.Forget(data, plan);
        }

        return kept;
    }

    private async Task OneAsync(Swap swap, CancellationToken ct)
    {
        if (swap.Kind == SwapKind.Database)
        {
            var target = targetOf(swap.System!);
            await using var admin = await target.AdminAsync(ct);
            if (!await RestoreSql.DatabaseExistsAsync(admin, swap.Staged, ct)) return;

            await using var second = await target.AdminAsync(ct);
            try
            {
                await RestoreSql.SwapAsync(admin, second, swap.Live, swap.Staged, swap.Kept, ct);
            }
            catch (PostgresException e)
            {
                throw new TroubleException(TroubleKind.Failed, $"{swap.Staged} could not take the place of {swap.Live}", "see that nothing but the services uses the database (outpost status), then: outpost restore resume", e.Message, e);
            }

            return;
        }

        try
        {
            if (!Directory.Exists(swap.Staged)) return;
            if (Directory.Exists(swap.Live)) Directory.Move(swap.Live, swap.Kept);
            Directory.Move(swap.Staged, swap.Live);
            Storage.SyncNames(Path.GetDirectoryName(swap.Live)!);
        }
        catch (IOException e)
        {
            throw new TroubleException(TroubleKind.Failed, $"{swap.Staged} could not take the place of {swap.Live}", "see that it is no mounted disk of its own, then: outpost restore resume", e.Message, e);
        }

        if (swap.Kind == SwapKind.Redis) await RestartRedisAsync(ct);
    }

    // The server wrote to its former directory until its end; its supervisor starts it again on the one that has the name now.
    private async Task RestartRedisAsync(CancellationToken ct)
    {
        if (RunRecord.OfRunning(data)?.Processes.FirstOrDefault(p => p.Name == "redis")?.Identity is not { } redis) return;

        Signals.Send(redis, Signal.Terminate);
        await Signals.EndedAsync(redis, TimeSpan.FromSeconds(60), clock, ct);
        await Signals.UntilAsync(() => RunRecord.OfRunning(data)?.Processes.Any(p => p.Name == "redis" && p.Identity != redis && p.Identity.Runs) ?? true, TimeSpan.FromSeconds(60), clock, ct);
    }

    private async Task RemoveAsync(string? system, SwapKind kind, string name, CancellationToken ct)
    {
        if (kind == SwapKind.Database)
        {
            await using var admin = await targetOf(system!).AdminAsync(ct);
            await RestoreSql.DropAsync(admin, name, ct);
        }
        else if (Directory.Exists(name))
        {
            Directory.Delete(name, recursive: true);
        }
    }
}
