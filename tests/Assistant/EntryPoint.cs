using System.CommandLine;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Tests;

/// <summary>This executable is the tests, and, for the processes that they start and kill, <c>outpost serve assistant</c> and <c>outpost up --demo</c>.</summary>
internal static class EntryPoint
{
    internal const string As = "OUTPOST_TESTS_AS";

    private static Task<int> Main(string[] args) => Environment.GetEnvironmentVariable(As) switch
    {
        "assistant" => WhileWatched(() => CommandLine.RunAsync(new RootCommand("outpost") { ServeCommand.Create([AssistantRole.Service], Settings.FromEnvironment, TimeProvider.System) }, ["serve", "assistant"])),
        "demo" => WhileWatched(() => CommandLine.RunAsync(
            new RootCommand("outpost") { UpCommand.Create([AssistantRole.Service], [AssistantRole.Subsystem], Migrations.UpAsync, Settings.FromEnvironment, TimeProvider.System) }, ["up", "--demo", "--json", "--data", args[0]])),
        _ when args.Any(arg => arg is "-automated" or "@@") => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
        _ => Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };

    // It ends by itself when whoever started it is gone without a word.
    private static Task<int> WhileWatched(Func<Task<int>> work)
    {
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(3);
        });
        return work();
    }
}
