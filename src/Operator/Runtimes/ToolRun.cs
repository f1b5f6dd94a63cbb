using System.Diagnostics;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Runtimes;

/// <summary>A program that somebody else made, to be run once: <c>pg_dump</c>, <c>rclone</c>, <c>age</c>.</summary>
/// <param name="Program">Its whole path, or a name that is looked for where programs are.</param>
/// <param name="Words">Its arguments. No secret: anybody on the machine can read them.</param>
internal sealed record Tool(string Program, params IReadOnlyList<string> Words)
{
    /// <summary>What it finds in its environment besides a path and a locale: the place for passwords.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it also gets our own environment, where people keep what it needs to know: remotes, keys, agents.</summary>
    public bool InheritsEnvironment { get; init; }

    /// <summary>Writes what it reads from standard input; null when it reads nothing.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Takes what it prints on standard output; null to have it as text.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }
}

/// <summary>How a tool ended.</summary>
/// <param name="Output">What it printed on standard output, unless that was taken by <see cref="Tool.Output"/>.</param>
/// <param name="Talk">What it printed on standard error.</param>
internal sealed record ToolRun(int Code, string Output, string Talk)
{
    /// <summary>The last lines of what it said, for a message.</summary>
    public string Evidence => string.Join('\n', (Talk + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(4));

    /// <summary>Runs it to its end. It works through pipes to us, so it ends when we are killed.</summary>
    /// <exception cref="TroubleException">It is not installed.</exception>
    /// <exception cref="IOException">What it gave could not be kept; it was ended.</exception>
    public static async Task<ToolRun> OfAsync(Tool tool, CancellationToken ct)
    {
        var start = new ProcessStartInfo(tool.Program, tool.Words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        if (!tool.InheritsEnvironment)
        {
            var home = System.Environment.GetEnvironmentVariable("HOME");
            start.Environment.Clear();
            start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
            if (home is not null) start.Environment["HOME"] = home;
        }

        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (key, value) in tool.Environment) start.Environment[key] = value;

        using var process = Launch(tool, start);
        try
        {
            var (output, input) = (Task.FromResult(""), Task.CompletedTask);
            var talk = process.StandardError.ReadToEndAsync(ct);
            output = tool.Output is { } sink ? TakeAsync(process, sink, ct) : process.StandardOutput.ReadToEndAsync(ct);
            input = FeedAsync(process, tool.Input, ct);
            await Task.WhenAll(talk, output, input);
            await process.WaitForExitAsync(ct);
            return new(process.ExitCode, await output, await talk);
        }
        finally
        {
            // Whatever went wrong on our side: nothing goes on behind our back.
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static Process Launch(Tool tool, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new TroubleException(TroubleKind.Refused, $"{Path.GetFileName(tool.Program)} is not installed", $"sudo apt-get install -y {PackageOf(Path.GetFileName(tool.Program))}", e.Message, e);
        }
    }

    private static string PackageOf(string program) => program switch
    {
        "redis-cli" or "redis-check-rdb" => "redis-tools",
        "age-keygen" => "age",
        "pg_dump" or "pg_restore" or "psql" or "pg_dumpall" => "postgresql-client",
        _ => program,
    };

    private static async Task<string> TakeAsync(Process process, Func<Stream, CancellationToken, Task> sink, CancellationToken ct)
    {
        try
        {
            await sink(process.StandardOutput.BaseStream, ct);
            return "";
        }
        catch
        {
            // It would wait for ever for somebody to read on.
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task FeedAsync(Process process, Func<Stream, CancellationToken, Task>? source, CancellationToken ct)
    {
        try
        {
            if (source is not null) await source(process.StandardInput.BaseStream, ct);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.HasExited || source is not null)
        {
            // It ended before it had read everything; its exit code tells why.
        }
    }
}
