using System.CommandLine;
using System.Globalization;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;
using Spectre.Console;

namespace Outpost.Operator.Commands;

/// <summary><c>outpost assistant models|fake-provider</c>: which models can be asked and what they cost, and a provider to practise with.</summary>
public static class AssistantCommands
{
    public static Command Create(IModels models, Func<Settings> settings, TimeProvider clock) =>
        new("assistant", "Models, prices, and a provider to practise with") { List(models, settings, clock), FakeProvider(models) };

    private static Command List(IModels models, Func<Settings> settings, TimeProvider clock)
    {
        var json = new Option<bool>("--json") { Description = "One JSON array" };
        var command = new Command("models", "The models of the list, whether they can be asked, and what they cost today") { json };
        command.SetAction(async (words, ct) =>
        {
            var lines = models.List(settings(), DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
            var output = words.InvocationConfiguration.Output;
            if (words.GetValue(json)) await output.WriteLineAsync(CommandJson.Of(lines).AsMemory(), ct);
            else WriteTable(output, lines);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command FakeProvider(IModels models)
    {
        var port = new Option<int>("--port") { Description = "The port to listen on; 0 for any", DefaultValueFactory = _ => 8099 };
        var command = new Command("fake-provider", "Stand in for all providers on this machine, in their own wire formats, and count what they would bill. Point ASSISTANT_PRACTICE_URL here") { port };
        command.SetAction(async (words, _) =>
        {
            using var stop = new StopSignals();
            await models.PracticeAsync(words.GetValue(port), address => words.InvocationConfiguration.Error.WriteLineAsync($"the practice provider listens on {address}"), stop.Asked);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteTable(TextWriter to, IReadOnlyList<ModelLine> lines)
    {
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(to), Interactive = InteractionSupport.No });
        var table = new Table().Border(TableBorder.None).AddColumns("MODEL", "PROVIDER", "STATE", "IN $/M", "CACHED $/M", "OUT $/M", "SINCE", "CAN");
        foreach (var column in (int[])[3, 4, 5]) table.Columns[column].RightAligned();
        foreach (var line in lines)
        {
            table.AddRow(
                new Text(line.Name), new Text(line.Provider), new Text(line.State), Dollars(line.InputPerMillion), Dollars(line.CacheReadPerMillion), Dollars(line.OutputPerMillion),
                new Text(line.PriceFrom?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? ""), new Text(line.Use == "embedding" ? "embeddings" : string.Join(' ', line.Can)));
        }

        // A line of the table is a line of the output, however narrow the terminal; what reads it counts on that.
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(table);
    }

    private static Text Dollars(decimal? dollars) => new(dollars is { } amount ? amount == 0 ? "free" : amount.ToString("0.00###", CultureInfo.InvariantCulture) : "–");
}
