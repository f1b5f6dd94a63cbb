using System.CommandLine;
using Outpost.FieldService.Tests.Worker;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Tests;

/// <summary>
/// This executable is several things: the tests, and, for the processes that they start and kill, <c>outpost serve worker</c>, a mail server and a gateway for
/// text messages.
/// </summary>
internal static class EntryPoint
{
    internal const string As = "OUTPOST_TESTS_AS";

    private static Task<int> Main(string[] args) => Environment.GetEnvironmentVariable(As) switch
    {
        "worker" => WhileWatched(() => CommandLine.RunAsync(new RootCommand("outpost") { ServeCommand.Create([FieldServiceRole.Worker], Settings.FromEnvironment, TimeProvider.System) }, ["serve", "worker"])),
        "mail" => MailServer.RunAsync(),
        "gateway" => SmsGateway.RunAsync(),
        _ when args.Any(arg => arg is "-automated" or "@@") => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
        _ => Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };

    // A worker ends by itself when whoever started it is gone without a word.
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
