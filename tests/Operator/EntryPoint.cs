using System.CommandLine;
using Outpost.Aicq;
using Outpost.Operator.Commands;
using Outpost.Operator.Journal;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Tests;

/// <summary>
/// This executable is two things: the tests, and, for the processes that they start and kill, an outpost with a small role and a small
/// subsystem of its own.
/// </summary>
internal static class EntryPoint
{
    internal const string AsOutpost = "OUTPOST_TESTS_AS_COMMAND";

    /// <summary>Instead of the shop: the field service, its worker and the hub, as they are delivered.</summary>
    internal const string Delivered = "delivered";

    internal const string KillAfterLine = "OUTPOST_TESTS_KILL_AFTER_LINE";

    private static Task<int> Main(string[] args) =>
        Environment.GetEnvironmentVariable(AsOutpost) == Delivered ? CommandLine.RunAsync(AsDelivered(), args)
        : Environment.GetEnvironmentVariable(AsOutpost) is not null ? CommandLine.RunAsync(Outpost(), args)
        : args.Any(arg => arg is "-automated" or "@@") ? Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
        : Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);

    private static RootCommand Outpost()
    {
        var clock = TimeProvider.System;
        return new("An outpost with a shop")
        {
            UpCommand.Create([Shop.Role], [Shop.Subsystem], Shop.MigrateAsync, Settings.FromEnvironment, clock),
            DownCommand.Create(Settings.FromEnvironment, clock),
            NodeCommands.Create(Settings.FromEnvironment, clock),
            ArchiveCommands.Create([Shop.Subsystem], Settings.FromEnvironment, clock),
            StatusCommand.Create(Settings.FromEnvironment, clock),
            ServeCommand.Create([Shop.Role, FieldService.FieldServiceRole.Web], Settings.FromEnvironment, clock),
            FsmCommands.Create(Settings.FromEnvironment),
            AicqCommands.Create([], Settings.FromEnvironment, clock),
            JournalCommand.Create(Settings.FromEnvironment),
            MigrateCommands.Create([Kept], Settings.FromEnvironment),
            DrillCommand.Create([Shop.Role, FieldService.FieldServiceRole.Web], [Kept], Migrate, Settings.FromEnvironment, clock),
            BackupCommands.Create([Kept], Settings.FromEnvironment, Watched()),
            RestoreCommand.Create([Shop.Role], [Kept], Migrate, Settings.FromEnvironment, Watched(), new RestoreFromArchive([Kept], Watched()), _ => null),
        };
    }

    private static RootCommand AsDelivered()
    {
        var clock = TimeProvider.System;
        Role[] roles = [FieldService.FieldServiceRole.Web, FieldService.FieldServiceRole.Worker, AicqRole.Hub];
        Subsystem[] subsystems = [FieldService.FieldServiceRole.Subsystem, AicqRole.Subsystem];
        return new("An outpost as it is delivered")
        {
            UpCommand.Create(roles, subsystems, Migrations.UpAsync, Settings.FromEnvironment, clock), DownCommand.Create(Settings.FromEnvironment, clock),
            AicqCommands.Create(subsystems, Settings.FromEnvironment, clock),
        };
    }

    /// <summary>Which subsystem backups are of: the shop, or the field service where its database is set.</summary>
    private static Subsystem Kept => Environment.GetEnvironmentVariable("DATABASE_URL") is null ? Shop.Subsystem : FieldService.FieldServiceRole.Subsystem;

    private static Task Migrate(Subsystem subsystem, Settings settings, Action<string> say, CancellationToken ct) =>
        subsystem.Name == "shop" ? Shop.MigrateAsync(subsystem, settings, say, ct) : Migrations.UpAsync(subsystem, settings, say, ct);

    /// <summary>Ends this process as a power cut does, right after a line of the journal was written.</summary>
    private static Operations Watched()
    {
        var lines = 0;
        var last = int.TryParse(Environment.GetEnvironmentVariable(KillAfterLine), System.Globalization.CultureInfo.InvariantCulture, out var line) ? line : 0;
        return new(TimeProvider.System)
        {
            Written = _ =>
            {
                if (++lines == last) Signals.Send(ProcessIdentity.Own, Signal.Kill);
            },
        };
    }
}
