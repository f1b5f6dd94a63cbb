namespace Outpost.Platform.Postgres.Embedded;

/// <summary>
/// How a cluster divides the memory it is allowed, so that even its worst hour stays inside. The allowance is 22 % of the machine (900 of 4096), which on
/// a Raspberry Pi with 4 GB is the 900 MB that its profile grants, and never more than 4 GB: a small company's data does not need it.
/// All in megabytes.
/// </summary>
public sealed record PostgresMemory(int Allowance, int Connections, int SharedBuffers, int MaintenanceWork, int Work, int WalBuffers, int EffectiveCache)
{
    public const int AutovacuumWorkers = 2;

    // What a backend holds besides work_mem once its caches are warm.
    private const int Backend = 3;

    /// <summary>The most that all of its processes together can come to hold.</summary>
    public int Worst => SharedBuffers + WalBuffers + ((AutovacuumWorkers + 1) * MaintenanceWork) + (Connections * (Backend + Work));

    /// <param name="total">The memory of the machine, in bytes.</param>
    public static PostgresMemory For(long total)
    {
        var machine = (int)Math.Min(total / (1024 * 1024), 1024 * 1024);
        var allowance = (int)Math.Clamp(machine * 900L / 4096, 128, 4096);
        var connections = Math.Clamp(allowance / 11, 10, 60);
        var shared = allowance / 4;
        var maintenance = Math.Clamp(allowance / 16, 8, 128);
        var wal = Math.Clamp(shared / 32, 1, 16);
        var left = allowance - shared - wal - ((AutovacuumWorkers + 1) * maintenance) - (connections * Backend);
        var work = Math.Clamp(left / connections, 1, 32);
        return new(allowance, connections, shared, maintenance, work, wal, EffectiveCache: Math.Max(machine / 2, shared));
    }
}
