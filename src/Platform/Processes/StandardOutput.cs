using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Outpost.Platform.Processes;

/// <summary>
/// Sends what this process writes to standard output or standard error to a file instead, whoever writes it, and keeps the way to the
/// former place open for one caller. Processes started later do not inherit that way.
/// </summary>
public static class StandardOutput
{
    private const int DuplicateClosedOnExec = 1030;

    // Write only, append, create, close on exec. .NET's FileMode.Append only seeks to the end once, so the file could not be emptied in place.
    private const int ToTheEnd = 0x1 | 0x400 | 0x40 | 0x80000;

    /// <param name="descriptor">1 for standard output, 2 for standard error.</param>
    /// <returns>Writes to where it went before.</returns>
    public static StreamWriter Divert(int descriptor, LogFile to)
    {
        var kept = Libc.DuplicateAbove(descriptor, DuplicateClosedOnExec, 3);
        if (kept < 0) throw new IOException($"cannot keep descriptor {descriptor}: {Marshal.GetLastPInvokeErrorMessage()}");

        using var file = new SafeFileHandle(Libc.Open(to.Path, ToTheEnd, 0x180), ownsHandle: true);
        if (Libc.Replace((int)file.DangerousGetHandle(), descriptor) < 0) throw new IOException($"cannot divert descriptor {descriptor}: {Marshal.GetLastPInvokeErrorMessage()}");

        return new(new FileStream(new SafeFileHandle(kept, ownsHandle: true), FileAccess.Write, bufferSize: 0), new UTF8Encoding(false)) { AutoFlush = true };
    }
}
