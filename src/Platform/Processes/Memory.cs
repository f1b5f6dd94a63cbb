using System.Globalization;

namespace Outpost.Platform.Processes;

/// <summary>The memory this machine, or the container we are in, has. In bytes.</summary>
public static class Memory
{
    public static long Total() => Math.Min(FromMemInfo(File.ReadAllText("/proc/meminfo")), FromLimit(ProcessIdentity.Read("/sys/fs/cgroup/memory.max")));

    internal static long FromMemInfo(string text) => text.Split('\n')
        .Where(line => line.StartsWith("MemTotal:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .Single();

    internal static long FromLimit(string? text) => long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : long.MaxValue;
}
