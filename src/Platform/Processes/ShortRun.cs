using System.Diagnostics;

namespace Outpost.Platform.Processes;

/// <summary>A program that does one thing and ends.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Everything it printed, on either stream.</param>
public sealed record ShortRun(int Code, string Output)
{
    /// <param name="input">What it reads from standard input.</param>
    /// <exception cref="OperationCanceledException">It was ended, with all that it had started.</exception>
    public static async Task<ShortRun> OfAsync(IEnumerable<string> words, UnixUser? runAs, string? input, CancellationToken ct)
    {
        string[] all = ["-c", "exec \"$@\" 2>&1", "sh", "setsid", .. runAs?.Become() ?? [], .. words];
        var start = new ProcessStartInfo("/bin/sh", all) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C.UTF-8";

        using var process = Process.Start(start)!;
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return new(process.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
