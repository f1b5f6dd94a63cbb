using System.CommandLine;
using System.Globalization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost serve ROLE[,ROLE…]</c>: what a container or a systemd unit runs. It starts no database and migrates nothing.</summary>
public static class ServeCommand
{
    public static Command Create(IReadOnlyList<Role> roles, Func<Settings> settings, TimeProvider clock)
    {
        var which = new Argument<string[]>("role") { Description = string.Join("; ", roles.Select(r => $"{r.Name}: {r.Summary}")), Arity = ArgumentArity.OneOrMore };
        var command = new Command("serve", "Run roles in the foreground of this process") { which };
        command.SetAction(async (parsed, _) =>
        {
            var set = settings();
            SettingsCheck.Demand(set, Console.Error.WriteLine);
            var chosen = RoleChoice.Of(roles, parsed.GetValue(which));
            await ServeAsync(chosen, WithPort(chosen, set), clock);
            return ExitCodes.Ok;
        });
        return command;
    }

    // A platform for containers says with PORT where its one service is to listen.
    internal static Settings WithPort(IReadOnlyList<Role> roles, Settings settings) =>
        roles.Where(role => role.Address is not null).ToArray() is [var only] && settings[Ports.Setting(only)] is null && (settings["PORT"] ?? only.PortAlone?.ToString(CultureInfo.InvariantCulture)) is { } port
            ? settings.With((Ports.Setting(only), port))
            : settings;

    private static async Task ServeAsync(IReadOnlyList<Role> roles, Settings settings, TimeProvider clock)
    {
        using var stop = new StopSignals();
        Ports.Check(roles, settings);
        var running = roles.Select(role => new RunningRole(role, settings, clock, Console.Error.WriteLine)).ToList();
        try
        {
            foreach (var role in running)
            {
                await role.StartAsync(stop.Asked);
                await Console.Error.WriteLineAsync(role.Address is { } address ? $"{role.Role.Name} listens on {address}" : $"{role.Role.Name} runs");
            }

            Memory.GiveBack();
            await stop.WaitAsync();
        }
        finally
        {
            for (var i = running.Count - 1; i >= 0; i--) await running[i].DisposeAsync();
        }
    }
}
