using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Outpost.Platform.Processes;

/// <summary>Tells the ways in which a disk refuses.</summary>
public static class Storage
{
    private const int NoSpace = 28, ReadOnly = 30, QuotaExceeded = 122, NotOfThisKind = 22, NotKnown = 38, NotSupported = 95;
    private const int CurrentDirectory = -100;
    private const uint BothNames = 2;

    /// <summary>The one message for a path that could not be written.</summary>
    public static TroubleException Trouble(string path, Exception e) => e switch
    {
        TroubleException told => told,
        IOException when e.HResult == NoSpace => Full(path, e.Message),
        IOException when e.HResult == ReadOnly || e.Message.Contains("Read-only file system", StringComparison.Ordinal) => new(
            TroubleKind.Refused, $"{path} is on a read-only file system", $"choose a directory that can be written: outpost up --data DIR, or remount it: sudo mount -o remount,rw {MountOf(path)}", inner: e),
        UnauthorizedAccessException => new(
            TroubleKind.Refused, $"user {UnixUser.NameOf(UnixUser.OwnId)} may not write {path}", $"choose a directory of your own: outpost up --data DIR, or: sudo install -d -m 700 -o {UnixUser.NameOf(UnixUser.OwnId)} {path}", e.Message, e),
        _ => new(TroubleKind.Failed, $"{path} cannot be written", "look at the disk: df -h, dmesg | tail", e.Message, e),
    };

    public static TroubleException Full(string path, string? evidence = null) => new(
        TroubleKind.Failed,
        $"the disk that holds {path} is full ({FreeMegabytes(path)} MB free); nothing that was stored is lost",
        $"free some space (du -xh --max-depth=2 {MountOf(path)} | sort -h | tail), then: outpost up",
        evidence);

    /// <summary>Whether a write failed for want of room, the user's quota included.</summary>
    public static bool IsFull(IOException broken) => broken.HResult is NoSpace or QuotaExceeded;

    /// <summary>Makes the names in a directory durable: a file that was given its name there has it after the plug was pulled.</summary>
    /// <exception cref="IOException">The disk says no.</exception>
    public static void SyncNames(string directory)
    {
        using var handle = new SafeFileHandle(Libc.Open(directory, 0, 0), ownsHandle: true);
        if (handle.IsInvalid || Libc.Sync(handle) != 0) throw new IOException($"cannot sync {directory}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Whether two paths lie on one disk, so that its loss is the loss of both.</summary>
    public static bool SameDisk(string one, string other) => string.Equals(MountOf(Existing(one)), MountOf(Existing(other)), StringComparison.Ordinal);

    /// <summary>Gives two files or directories each other's name, in one step: at no instant is either name missing.</summary>
    /// <returns>False when this file system cannot do that; nothing was changed.</returns>
    /// <exception cref="IOException">One is not there, or the disk says no.</exception>
    public static bool Exchange(string one, string other)
    {
        if (Libc.Rename(CurrentDirectory, one, CurrentDirectory, other, BothNames) == 0) return true;

        return Marshal.GetLastPInvokeError() is NotOfThisKind or NotKnown or NotSupported
            ? false
            : throw new IOException($"cannot exchange {one} and {other}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    public static bool IsFull(string text) => text.Contains("No space left on device", StringComparison.Ordinal) || text.Contains("Disk quota exceeded", StringComparison.Ordinal);

    public static long FreeMegabytes(string path) => new DriveInfo(Existing(path)).AvailableFreeSpace / (1024 * 1024);

    private static string MountOf(string path) => DriveInfo.GetDrives()
        .Select(d => d.Name)
        .Where(m => m == "/" || path == m || path.StartsWith(m.TrimEnd('/') + "/", StringComparison.Ordinal))
        .MaxBy(m => m.Length) ?? "/";

    private static string Existing(string path)
    {
        var at = Path.GetFullPath(path);
        while (!Directory.Exists(at)) at = Path.GetDirectoryName(at) ?? "/";
        return at;
    }
}
