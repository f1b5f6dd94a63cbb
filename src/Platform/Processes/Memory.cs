using System.Globalization;

namespace Outpost.Platform.Processes;

/// <summary>The memory this machine, or the container we are in, has. In bytes.</summary>
public static class Memory
{
    public static long Total() => Math.Min(FromMemInfo(File.ReadAllText("/proc/meminfo")), FromLimit(ProcessIdentity.Read("/sys/fs/cgroup/memory.max")));

    /// <summary>
    /// Returns to the system what starting took and running does not need. A process that idles would not collect for hours, and on a small
    /// machine the database can use that memory meanwhile.
    /// </summary>
    public static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    internal static long FromMemInfo(string text) => text.Split('\n')
        .Where(line => line.StartsWith("MemTotal:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    internal static long FromLimit(string? text) => long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : long.MaxValue;
}
