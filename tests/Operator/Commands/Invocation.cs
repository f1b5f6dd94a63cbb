using System.CommandLine;
using Outpost.Operator.Commands;

namespace Outpost.Operator.Tests.Commands;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record Invocation(int ExitCode, string Output, string Talk)
{
    public string All => Output + Talk;

    public static async Task<Invocation> OfAsync(Command command, params string[] args)
    {
        using var output = new StringWriter();
        using var talk = new StringWriter();
        var parsed = new RootCommand { command }.Parse([command.Name, .. args]);
        var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = talk }, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), talk.ToString());
    }

    /// <summary>As the executable does it: what stops the command is one message and an exit code.</summary>
    public static async Task<Invocation> AsTypedAsync(Command command, params string[] args)
    {
        using var output = new StringWriter();
        using var talk = new StringWriter();
        var code = await CommandLine.RunAsync(new RootCommand { command }, [command.Name, .. args], output, talk);
        return new(code, output.ToString(), talk.ToString());
    }
}
