using System.CommandLine;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost aicq …</c>: what an agent does at a hub, and what its operator looks up and mends.</summary>
public static class AicqCommands
{
    /// <param name="subsystems">The one called aicq, if it is there, is the hub's database for the operator's commands.</param>
    /// <param name="settings">Reads the configuration.</param>
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, TimeProvider clock)
    {
        var aicq = new Command("aicq", "Take part in an agent hub, and look after one");
        foreach (var command in (Command[])[.. new AgentCommands(settings, clock).All(), .. new HubUpkeep(subsystems, settings).All()]) aicq.Subcommands.Add(command);
        return aicq;
    }
}
