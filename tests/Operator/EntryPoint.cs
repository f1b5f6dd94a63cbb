using System.CommandLine;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Tests;

/// <summary>
/// This executable is two things: the tests, and, for the processes that they start and kill, an outpost with a small role and a small
/// subsystem of its own.
/// </summary>
internal static class EntryPoint
{
    internal const string AsOutpost = "OUTPOST_TESTS_AS_COMMAND";

    private static Task<int> Main(string[] args) =>
        Environment.GetEnvironmentVariable(AsOutpost) is not null ? CommandLine.RunAsync(Outpost(), args)
        : args.Any(arg => arg is "-automated" or "@@") ? Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
        : Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);

    private static RootCommand Outpost()
    {
        var clock = TimeProvider.System;
        return new("An outpost with a shop")
        {
            UpCommand.Create([Shop.Role], [Shop.Subsystem], Shop.MigrateAsync, Settings.FromEnvironment, clock),
            DownCommand.Create(Settings.FromEnvironment, clock),
            ArchiveCommands.Create([Shop.Subsystem], Settings.FromEnvironment, clock),
            StatusCommand.Create(Settings.FromEnvironment, clock),
            ServeCommand.Create([Shop.Role], Settings.FromEnvironment, clock),
            FsmCommands.Create(Settings.FromEnvironment),
            JournalCommand.Create(Settings.FromEnvironment),
        };
    }
}
