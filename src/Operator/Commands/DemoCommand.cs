using System.CommandLine;
using Outpost.Kernel;
using Outpost.Operator.Journal;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost demo</c>: a believable company in an installation that is there already, to look at or to measure with.</summary>
public static class DemoCommand
{
    /// <param name="settings">Reads the configuration of the running installation.</param>
    public static Command Create(IReadOnlyList<Subsystem> subsystems, Func<Settings> settings, TimeProvider? clock = null)
    {
        var operations = new Operations(clock ?? TimeProvider.System);
        var size = new Option<DemoSize>("--size") { Description = "small: a shop of six to look at; large: 20,000 clients, 100,000 visits and 50,000 invoices to measure with" };
        var data = UpCommand.DataOption();
        var demo = new Command("demo", "Add a believable company, beside the real one where there is one") { size, data };
        demo.SetAction((words, ct) => operations.NotedAsync(DataDirectory.Of(words.GetValue(data), settings()), "demo", Words<DemoSize>.Of(words.GetValue(size)), words.InvocationConfiguration.Error.WriteLine, async () =>
        {
            var installed = InstalledDatabases.Over(settings(), subsystems, words.GetValue(data));
            var refused = false;
            foreach (var subsystem in subsystems)
            {
                if (subsystem.Demo is not { } fill) continue;
                var answer = await fill(installed, words.GetValue(size), ct);
                refused |= !answer.Made;
                await words.InvocationConfiguration.Error.WriteLineAsync(answer.Made ? $"{subsystem.Name}: the {Words<DemoSize>.Of(words.GetValue(size))} demo company is there" : $"{subsystem.Name}: there is a demo company already; nothing was changed");
                if (answer.Login is { } login) await words.InvocationConfiguration.Output.WriteLineAsync($"{subsystem.Name}: sign in as {login.Email} with {login.Password} (shown once)");
            }

            return refused ? ExitCodes.Refused : ExitCodes.Ok;
        }));
        return demo;
    }
}
