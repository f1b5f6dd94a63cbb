using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Outpost.FieldService;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;
using Outpost.Platform.Roles;

namespace Outpost.EndToEnd.Tests;

/// <summary>This executable is two things: the tests, and the field service's web process for the tests that kill it.</summary>
internal static class EntryPoint
{
    internal const string As = "OUTPOST_TESTS_AS", Ahead = "OUTPOST_TESTS_AHEAD";

    private static Task<int> Main(string[] args) => Environment.GetEnvironmentVariable(As) switch
    {
        "web" => WhileWatched(ServeAsync),
        _ when args.Any(arg => arg is "-automated" or "@@") => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
        _ => Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };

    private static async Task<int> ServeAsync()
    {
        var settings = Settings.FromEnvironment();
        var clock = new ClockAhead(TimeSpan.Parse(Environment.GetEnvironmentVariable(Ahead)!, CultureInfo.InvariantCulture));
        await using var app = FieldServiceApp.Build(settings, ServicePool.Create(settings.AppUrl(FieldServiceRole.Subsystem), "web"), clock);
        await app.RunAsync();
        return 0;
    }

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

    /// <summary>The machine's clock, so many days and hours ahead: the demo company's day, on which time goes on.</summary>
    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
