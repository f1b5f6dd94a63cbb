using System.Diagnostics;

namespace Outpost.Operator.Commands;

/// <summary>
/// The supervisor in a session of its own. What it says until it is healthy comes back over pipes, among it the first password, which
/// therefore stands in no file; then it takes its leave and goes on alone.
/// </summary>
internal static class Detached
{
    /// <summary>Tells the supervisor that it runs behind its caller.</summary>
    internal const string Flag = "--behind";

    // A line that stands in no message: the character for the end of a transmission.
    private const string Leave = "\u0004";

    /// <param name="words">The command line to run there.</param>
    /// <param name="results">Where its results go; standard output when null.</param>
    /// <returns>The exit code of a supervisor that ended, or 0 for one that stays.</returns>
    internal static async Task<int> StartAsync(IEnumerable<string> words, TextWriter? results = null)
    {
        var self = Environment.ProcessPath!;
        string[] command = [.. Path.GetFileNameWithoutExtension(self) == "dotnet" ? new[] { self, Environment.GetCommandLineArgs()[0] } : [self], .. words, Flag];
        using var supervisor = Process.Start(new ProcessStartInfo("setsid", command) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        supervisor.StandardInput.Close();
        var left = await Task.WhenAll(PassOnAsync(supervisor.StandardOutput, results ?? Console.Out), PassOnAsync(supervisor.StandardError, Console.Error));
        if (left.All(goesOn => goesOn)) return ExitCodes.Ok;

        await supervisor.WaitForExitAsync();
        return supervisor.ExitCode;
    }

    /// <summary>Tells the caller, who still listens on both streams, that it has heard everything.</summary>
    internal static async Task TakeLeaveAsync(TextWriter words)
    {
        await words.WriteLineAsync(Leave);
        await Console.Error.WriteLineAsync(Leave);
    }

    /// <returns>Whether it took its leave; it ended if it did not.</returns>
    private static async Task<bool> PassOnAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            if (line == Leave) return true;
            await to.WriteLineAsync(line);
        }

        return false;
    }
}
