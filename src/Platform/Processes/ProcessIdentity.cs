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

    /// <summary>Resident memory in bytes; 0 when it has ended.</summary>
    public static long Resident(int pid)
    {
        var pages = Read($"/proc/{pid}/statm")?.Split(' ');
        return pages is { Length: > 1 } ? long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;
    }

    public static IEnumerable<int> All() =>
        System.IO.Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0);

    // The name stands in brackets and may itself hold spaces and brackets, so the fields are counted from the last one.
    internal static ProcessIdentity? Parse(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        if (fields[0] is "Z" or "X") return null;

        return new(int.Parse(stat.AsSpan(0, stat.IndexOf(' ')), CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

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
