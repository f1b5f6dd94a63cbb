using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Outpost.Operator.Tests.Runbooks;

/// <summary>
/// A runbook as a test: in each block that is marked <c>console</c>, a line that begins with <c>$ </c> is typed, and what follows it has to come. <c>…</c>
/// stands for anything within a line, a line of only <c>…</c> for any number of lines.
/// </summary>
internal static class Runbook
{
    internal sealed record Step(int Line, string Command, IReadOnlyList<string> Expected);

    public static IReadOnlyList<Step> Read(string path)
    {
        var steps = new List<Step>();
        var inside = false;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside && line == "```console";
            else if (inside && line.StartsWith("$ ", StringComparison.Ordinal)) steps.Add(new(number, line[2..], []));
            else if (inside) steps[^1] = steps[^1] with { Expected = [.. steps[^1].Expected, line] };
        }

        return steps;
    }

    /// <summary>Types every command in one shell, one after the other.</summary>
    /// <param name="environment">What the shell finds in its environment.</param>
    public static async Task FollowAsync(string path, string directory, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        var steps = Read(path);
        Assert.NotEmpty(steps);
        foreach (var step in steps)
        {
            var start = new ProcessStartInfo("bash", ["-c", step.Command + " 2>&1"]) { RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = directory };
            foreach (var (key, value) in environment) start.Environment[key] = value;
            using var shell = Process.Start(start)!;
            shell.StandardInput.Close();
            var output = await shell.StandardOutput.ReadToEndAsync(ct);
            await shell.WaitForExitAsync(ct);
            Assert.True(shell.ExitCode == 0, $"{Path.GetFileName(path)}:{step.Line}: {step.Command} ended with {shell.ExitCode}:\n{output}");
            Assert.True(Fits(step.Expected, output), $"{Path.GetFileName(path)}:{step.Line}: {step.Command} printed\n{output}\ninstead of\n{string.Join('\n', step.Expected)}");
        }
    }

    internal static bool Fits(IReadOnlyList<string> expected, string output)
    {
        var pattern = new StringBuilder(@"\A");
        foreach (var line in expected) pattern.Append(line == "…" ? @"(?:.*\n)*" : string.Join(".*", line.Split('…').Select(Regex.Escape)) + @"\n");
        return Regex.IsMatch(output.Length == 0 || output.EndsWith('\n') ? output : output + "\n", pattern.Append(@"\z").ToString());
    }
}
