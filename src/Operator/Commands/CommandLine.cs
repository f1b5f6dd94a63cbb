using System.CommandLine;
using System.CommandLine.Invocation;
using Outpost.Kernel;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Commands;

/// <summary>Runs the command that was typed and turns whatever stops it into one message and an exit code.</summary>
public static class CommandLine
{
    public static Task<int> RunAsync(RootCommand root, string[] args) => RunAsync(root, args, Console.Out, Console.Error);

    internal static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter output, TextWriter talk)
    {
        var parsed = root.Parse(args);
        try
        {
            // Commands that run for long watch for signals themselves: what they stop takes longer than a parser would wait.
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = talk }, CancellationToken.None);
            return parsed.Action is ParseErrorAction ? ExitCodes.Configuration : code;
        }
        catch (RuleException e)
        {
            await talk.WriteLineAsync($"outpost: {e.Message}");
            return e.Code == "VALIDATION_ERROR" ? ExitCodes.Configuration : ExitCodes.Failed;
        }
        catch (SettingsException e)
        {
            foreach (var problem in e.Problems) await talk.WriteLineAsync($"outpost: {problem}");
            return ExitCodes.Configuration;
        }
        catch (TroubleException e)
        {
            await talk.WriteLineAsync($"outpost: {e}");
            return e.Kind switch
            {
                TroubleKind.Refused => ExitCodes.Refused,
                TroubleKind.Locked => ExitCodes.Locked,
                _ => ExitCodes.Failed,
            };
        }
        catch (OperationCanceledException)
        {
            await talk.WriteLineAsync("outpost: stopped");
            return ExitCodes.Failed;
        }
        catch (Exception e) // The outermost of the process: what nobody foresaw is told with all that is known of it.
        {
            await talk.WriteLineAsync($"outpost: unexpected: {e.Message}\nNext: report this together with the lines below\n{e}");
            return ExitCodes.Failed;
        }
    }
}
