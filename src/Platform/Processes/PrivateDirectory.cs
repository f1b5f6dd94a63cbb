using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Outpost.Platform.Processes;

/// <summary>Directories that belong to one user, and the way to them.</summary>
public static class PrivateDirectory
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Through = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int CurrentDirectory = -100;

    /// <summary>Makes sure of a directory that only its user can read; with <paramref name="passable"/> others may walk through it to what they own inside.</summary>
    /// <param name="user">Whose it shall be; null for the user of this process.</param>
    /// <exception cref="TroubleException">It cannot be made or belongs to somebody else.</exception>
    public static void Ensure(string path, UnixUser? user = null, bool passable = false)
    {
        var mode = passable ? Mine | Through : Mine;
        try
        {
            Directory.CreateDirectory(path, mode);
            var owner = Owner(path);
            var wanted = user?.Id ?? UnixUser.OwnId;
            if (owner != wanted)
            {
                if (user is null || !UnixUser.IsRoot || owner != 0) throw NotOurs(path, owner, wanted);
                Give(path, user);
            }

            if (File.GetUnixFileMode(path) != mode) File.SetUnixFileMode(path, mode);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage.Trouble(path, e);
        }
        catch (IOException e)
        {
            throw Storage.Trouble(path, e);
        }
    }

    /// <exception cref="IOException">The owner cannot be changed.</exception>
    public static void Give(string path, UnixUser? user)
    {
        if (user is null) return;
        if (Libc.ChangeOwner(path, user.Id, user.Group) != 0) throw new IOException($"cannot give {path} to {user.Name}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static uint Owner(string path) => Status(path).User;

    /// <summary>The first directory on the way that this user cannot walk through; null when the way is free.</summary>
    public static string? Obstacle(string path, UnixUser user)
    {
        var way = new List<string>();
        for (var at = new DirectoryInfo(path); at is not null; at = at.Parent) way.Insert(0, at.FullName);
        return way.Where(Directory.Exists).FirstOrDefault(directory => !MayPass(directory, user));
    }

    // An access list can allow what the mode does not show; the user itself is asked only where the mode says no.
    private static bool MayPass(string directory, UnixUser user)
    {
        var status = Status(directory);
        var bit = status.User == user.Id ? 0b001_000_000 : status.Group == user.Group ? 0b001_000 : 0b001;
        return (status.Mode & bit) != 0 || AskedMayPass(directory, user);
    }

    private static bool AskedMayPass(string directory, UnixUser user)
    {
        var words = user.Become().Concat(["test", "-x", directory]).ToArray();
        using var asked = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true });
        asked!.WaitForExit();
        return asked.ExitCode == 0;
    }

    private static Libc.FileStatus Status(string path) =>
        Libc.Stat(CurrentDirectory, path, 0, 0x1F, out var status) == 0
            ? status
            : throw new IOException($"cannot look at {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    private static TroubleException NotOurs(string path, uint owner, uint wanted) => new(
        TroubleKind.Refused,
        $"{path} belongs to user {UnixUser.NameOf(owner)}, not to {UnixUser.NameOf(wanted)}",
        $"run this as {UnixUser.NameOf(owner)}, or choose another directory: outpost up --data DIR");
}
