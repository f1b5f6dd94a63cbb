using System.Globalization;

namespace Outpost.Platform.Processes;

/// <summary>Who listens on a TCP port of this machine.</summary>
/// <param name="Pid">Null when the process belongs to another user and cannot be seen without root.</param>
public sealed record PortOwner(int Port, int? Pid, string? Command)
{
    private const string Listening = "0A";

    /// <summary>Null when nobody listens there.</summary>
    public static PortOwner? Of(int port)
    {
        var sockets = Sockets(ProcessIdentity.Read("/proc/net/tcp"), port).Concat(Sockets(ProcessIdentity.Read("/proc/net/tcp6"), port)).ToHashSet();
        if (sockets.Count == 0) return null;

        var pid = ProcessIdentity.All().Cast<int?>().FirstOrDefault(p => Holds(p!.Value, sockets));
        return new(port, pid, pid is { } found ? ProcessIdentity.Command(found) : null);
    }

    public override string ToString() => Pid is { } pid
        ? $"port {Port} is used by process {pid}: {(Command!.Length > 160 ? Command[..160] + "…" : Command)}"
        : $"port {Port} is used by a process of another user, which only root can name: sudo ss -ltnp 'sport = :{Port}'";

    /// <summary>The inodes of the sockets that listen on a port, from a table like <c>/proc/net/tcp</c>.</summary>
    internal static IEnumerable<string> Sockets(string? table, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return (table ?? "").Split('\n').Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[1].EndsWith(suffix, StringComparison.Ordinal) && f[3] == Listening)
            .Select(f => $"socket:[{f[9]}]");
    }

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(fd => new FileInfo(fd).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
