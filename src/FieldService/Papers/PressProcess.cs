using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>The press ended without a paper; the message says why, and holds nothing of what stands on it.</summary>
internal sealed class PressException(string message) : Exception(message);

/// <summary>
/// One process of the press, for one paper. It gets ready and then reads its order from a pipe and answers through one, may use so much memory and time, and
/// fetches nothing.
/// </summary>
internal sealed class PressProcess : IDisposable
{
    private const int Largest = 32 * 1024 * 1024;
    private const int WithoutWeasyPrint = 69;
    private static readonly string Script = PaperHtml.Resource("press.py");

    private readonly Process _process;

    // What the press puts aside for itself goes with it, however it ends.
    private readonly DirectoryInfo _aside;

    private PressProcess(Process process, DirectoryInfo aside) => (_process, _aside) = (process, aside);

    /// <summary>It still waits for its order.</summary>
    public bool Waits => !_process.HasExited;

    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: there is no such Python.</exception>
    public static PressProcess Start(string python)
    {
        var aside = Directory.CreateTempSubdirectory("outpost-paper-");
        var start = new ProcessStartInfo(python, ["-s", "-B", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        // No setting of the service, no secret, goes into a process that only prints.
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["TMPDIR"] = aside.FullName;
        // The same order is the same file: chance has no part in it.
        start.Environment["PYTHONHASHSEED"] = "0";
        try
        {
            return new(Process.Start(start)!, aside);
        }
        catch (Win32Exception)
        {
            aside.Delete();
            throw PaperRules.NoPress();
        }
    }

    /// <summary>Prints its one paper.</summary>
    /// <exception cref="PressException">It came to no paper.</exception>
    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: there is no WeasyPrint.</exception>
    public async Task<byte[]> PrintAsync(PrintOrder order, CancellationToken ct)
    {
        // All three at once: a pipe that nobody empties stops the process.
        var complaint = _process.StandardError.ReadToEndAsync(ct);
        var printed = ReadAsync(ct);
        await WriteAsync(order.Json(), ct);
        var pdf = await printed;
        await _process.WaitForExitAsync(ct);
        if (_process.ExitCode == WithoutWeasyPrint) throw PaperRules.NoPress();
        if (_process.ExitCode == 0 && pdf.AsSpan().StartsWith("%PDF-"u8)) return pdf;

        throw new PressException($"exit code {_process.ExitCode}, {Ending(await complaint)}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        try
        {
            _aside.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Who tidies the machine's temporary files was there first; a service must not end over that.
        }
    }

    private async Task WriteAsync(string order, CancellationToken ct)
    {
        try
        {
            await _process.StandardInput.WriteAsync(order.AsMemory(), ct);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything, and its exit code says why.
        }
    }

    private async Task<byte[]> ReadAsync(CancellationToken ct)
    {
        var output = _process.StandardOutput.BaseStream;
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await output.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if (kept.Length + read > Largest) throw new PressException("the paper became too large");
            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    // The last line of a Python error says what it is; what stands on the paper is not in it.
    private static string Ending(string complaint) => complaint.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line ? line[..Math.Min(line.Length, 200)] : "no message";
}
