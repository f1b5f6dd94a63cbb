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

        // .NET writes to a duplicate of its own that it made at first use.
        var anew = new StreamWriter(descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        if (descriptor == 1) Console.SetOut(anew);
        else Console.SetError(anew);
        return new(new Descriptor(new SafeFileHandle(kept, ownsHandle: true)), new UTF8Encoding(false)) { AutoFlush = true };
    }

    // A FileStream counts its own position in a file; a standard output that several processes share has only the kernel's.
    private sealed class Descriptor(SafeFileHandle handle) : Stream
    {
        private const int Interrupted = 4, NobodyReads = 32;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                var written = (int)Libc.Write(handle, buffer, buffer.Length);
                if (written >= 0) buffer = buffer[written..];
                else if (Marshal.GetLastPInvokeError() == NobodyReads) return;
                else if (Marshal.GetLastPInvokeError() != Interrupted) throw new IOException($"cannot write: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
