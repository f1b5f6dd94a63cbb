using System.Globalization;

namespace Outpost.Bench;

/// <summary>What a process and its children took of the machine, from /proc: processor time in seconds and memory in bytes.</summary>
/// <param name="Resident">RSS. Counts shared pages in full.</param>
/// <param name="Proportional">PSS: shared pages are divided among those who share them. The honest figure for PostgreSQL's many processes.</param>
internal sealed record Footprint(double CpuSeconds, long Resident, long Proportional)
{
    public static Footprint Of(int pid, bool withChildren)
    {
        var pids = withChildren ? Descendants(pid).Append(pid).ToArray() : [pid];
        return pids.Select(One).Aggregate(new Footprint(0, 0, 0), (sum, one) => new(sum.CpuSeconds + one.CpuSeconds, sum.Resident + one.Resident, sum.Proportional + one.Proportional));
    }

    /// <summary>The process itself by RSS, and each of its children with everything below it by PSS.</summary>
    public static IEnumerable<(string Name, string Measure, long Bytes)> Tree(int pid)
    {
        yield return ("web and supervisor", "RSS", One(pid).Resident);
        foreach (var child in Parents()[pid].Order())
        {
            yield return (File.ReadAllText($"/proc/{child}/comm").Trim(), "PSS", Of(child, withChildren: true).Proportional);
        }
    }

    /// <summary>Everything below a process whose program has this name.</summary>
    public static int[] Children(int pid, string name) => [.. Descendants(pid).Where(child => File.ReadAllText($"/proc/{child}/comm").Trim() == name)];

    private static Footprint One(int pid)
    {
        try
        {
            var stat = Stat(pid);
            // Fields 14 to 17 of proc(5): user and system time, own and of children that ended; in clock ticks, of which Linux has 100 a second.
            var ticks = stat[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
            return new(ticks / 100d, Kilobytes(pid, "status", "VmRSS:"), Kilobytes(pid, "smaps_rollup", "Pss:"));
        }
        catch (IOException)
        {
            return new(0, 0, 0); // it ended while it was looked at
        }
    }

    private static IEnumerable<int> Descendants(int pid)
    {
        var parents = Parents();
        var found = new Queue<int>(parents[pid]);
        while (found.TryDequeue(out var child))
        {
            yield return child;
            foreach (var grandchild in parents[child]) found.Enqueue(grandchild);
        }
    }

    private static ILookup<int, int> Parents() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0)
        .ToLookup(Parent);

    private static int Parent(int pid)
    {
        try
        {
            return int.Parse(Stat(pid)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // The second field is the command in brackets and may hold blanks; what is wanted stands behind it.
    private static string[] Stat(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Kilobytes(int pid, string file, string field)
    {
        var line = File.ReadLines($"/proc/{pid}/{file}").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
