namespace Outpost.Platform.Processes;

/// <summary>
/// Processes of an earlier run whose supervisor was killed. They are known by the program they are and the directory they work in or name in
/// their command line, never by a number in a file: that may be old, and the number another's by now.
/// </summary>
public static class Leftovers
{
    /// <param name="directory">Where such a process works.</param>
    /// <param name="mark">A path that stands in its command line and in no other; it counts where the kernel hides the directory, and before the process has gone there.</param>
    public static IReadOnlyList<ProcessIdentity> Of(string directory, string mark, params string[] programs) =>
        [.. ProcessIdentity.All().Where(pid => IsProgram(pid, programs) && IsAt(pid, directory, mark)).Select(ProcessIdentity.Of).OfType<ProcessIdentity>()];

    private static bool IsProgram(int pid, string[] programs) => programs.Contains(ProcessIdentity.Read($"/proc/{pid}/comm")?.Trim(), StringComparer.Ordinal);

    private static bool IsAt(int pid, string directory, string mark) =>
        ProcessIdentity.Directory(pid) == directory || ProcessIdentity.Command(pid).Contains(mark, StringComparison.Ordinal);
}
