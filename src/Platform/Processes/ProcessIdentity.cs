using System.Globalization;

namespace Outpost.Platform.Processes;

/// <summary>One process and no later one that was given the same number: its pid together with the instant it started.</summary>
/// <param name="Started">In clock ticks since the machine started, as the kernel counts them.</param>
public sealed record ProcessIdentity(int Pid, long Started)
{
    /// <summary>Null when no such process runs; one that has ended and only waits to be collected does not run.</summary>
    public static ProcessIdentity? Of(int pid) => Read($"/proc/{pid}/stat") is { } stat ? Parse(stat) : null;

    public static ProcessIdentity Own { get; } = Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc is not mounted");

    public bool Runs => Of(Pid) == this;

    /// <summary>The command line with spaces between its words; the bare name for a kernel thread.</summary>
    public static string Command(int pid)
    {
        var words = Read($"/proc/{pid}/cmdline")?.TrimEnd('\0').Replace('\0', ' ').Trim();
        return string.IsNullOrEmpty(words) ? Read($"/proc/{pid}/comm")?.Trim() ?? "?" : words;
    }

    /// <summary>Where the process works; null when it has ended or may not be looked at.</summary>
    public static string? Directory(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its memory in bytes, pages that it shares counted by its part of them; 0 when it has ended.</summary>
    public static long Memory(int pid)
    {
        // Not everybody may see the parts; what is resident can be seen by all.
        if (Read($"/proc/{pid}/smaps_rollup")?.Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal)) is { } pss)
        {
            return long.Parse(pss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }

        var pages = Read($"/proc/{pid}/statm")?.Split(' ');
        return pages is { Length: > 1 } ? long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
    }

    /// <summary>The processes that it started and that still run.</summary>
    public static IEnumerable<int> ChildrenOf(int pid) => All().Where(child => Read($"/proc/{child}/stat") is { } stat && Fields(stat)[1] == pid.ToString(CultureInfo.InvariantCulture));

    public static IEnumerable<int> All() =>
        System.IO.Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0);

    internal static ProcessIdentity? Parse(string stat)
    {
        var fields = Fields(stat);
        if (fields[0] is "Z" or "X") return null;

        return new(int.Parse(stat.AsSpan(0, stat.IndexOf(' ')), CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    // The name stands in brackets and may itself hold spaces and brackets, so the fields are counted from the last one.
    private static string[] Fields(string stat) => stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

    internal static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
