namespace Outpost.Platform.Processes;

/// <summary>Processes of an earlier run whose supervisor was killed. They are known by the directory they work in, never by a number in a file alone.</summary>
public static class Leftovers
{
    /// <summary>
    /// The process named in a pid file, if it runs and is really the one: a program of that name that works in that directory. Where the
    /// kernel hides the directory from us, its command line must name it.
    /// </summary>
    /// <param name="pidFile">Its first line is the pid.</param>
    /// <param name="mark">A path that stands in the command line of that process and of no other.</param>
    public static ProcessIdentity? Named(string pidFile, string directory, string mark, params string[] programs)
    {
        var line = ProcessIdentity.Read(pidFile)?.Split('\n')[0].Trim();
        if (!int.TryParse(line, out var pid) || ProcessIdentity.Of(pid) is not { } process) return null;

        return IsProgram(pid, programs) && WorksIn(pid, directory, mark) ? process : null;
    }

    /// <summary>Every process of that name that works in the directory.</summary>
    public static IReadOnlyList<ProcessIdentity> In(string directory, params string[] programs) =>
        [.. ProcessIdentity.All().Where(pid => IsProgram(pid, programs) && ProcessIdentity.Directory(pid) == directory).Select(ProcessIdentity.Of).OfType<ProcessIdentity>()];

    private static bool IsProgram(int pid, string[] programs) => programs.Contains(ProcessIdentity.Read($"/proc/{pid}/comm")?.Trim(), StringComparer.Ordinal);

    private static bool WorksIn(int pid, string directory, string mark) =>
        ProcessIdentity.Directory(pid) is { } cwd ? cwd == directory : ProcessIdentity.Command(pid).Contains(mark, StringComparison.Ordinal);
}
