using System.CommandLine;
using Outpost.Operator.Mcp;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost fsm mcp</c>: what talks to a running field service over its API, with the rights of an API key.</summary>
public static class FsmCommands
{
    public static Command Create(Func<Settings> settings)
    {
        var mcp = new Command("mcp", "Offer the field service as tools to an assistant, over standard input and output (Model Context Protocol). Takes FSM_URL and FSM_API_KEY or FSM_API_KEY_FILE");
        mcp.SetAction(async (words, ct) =>
        {
            // Standard output belongs to the protocol; whatever is for people goes to standard error.
            await McpSession.RunAsync(FieldServiceAddress.Of(settings()), words.InvocationConfiguration.Error, ct);
            return ExitCodes.Ok;
        });
        return new("fsm", "Work with a running field service") { mcp };
    }
}
