using System.CommandLine;
using Outpost.Aicq;
using Outpost.Assistant;
using Outpost.Bench;
using Outpost.FieldService;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

Role[] roles =
[
    FieldServiceRole.Web,
    FieldServiceRole.Worker,
    AicqRole.Hub,
    AssistantRole.Service,
];
Subsystem[] subsystems =
[
    FieldServiceRole.Subsystem,
    AicqRole.Subsystem,
    AssistantRole.Subsystem,
];
Func<Settings> settings = () => Settings.Load();
var clock = TimeProvider.System;

var root = new RootCommand("Outpost: field service, assistant, agent hub, and the operator that keeps them running.")
{
    UpCommand.Create(roles, subsystems, Migrations.UpAsync, settings, clock),
    DownCommand.Create(settings, clock),
    StatusCommand.Create(settings, clock),
    ServeCommand.Create(roles, settings, clock),
    ConfigCommands.Create(settings, clock),
    MigrateCommands.Create(subsystems, settings, clock),
    UserCommands.Create(subsystems, settings, clock),
    FsmCommands.Create(settings),
    AicqCommands.Create(subsystems, settings, clock),
    RedisCommands.Create(settings),
    DemoCommand.Create(subsystems, settings, clock),
    AuditCommands.Create(subsystems, settings),
    HealthCommand.Create(settings),
    SmokeCommand.Create(settings),
    ArchiveCommands.Create(subsystems, settings, clock),
    NodeCommands.Create(settings, clock),
    BenchCommand.Create(),
    AssistantCommands.Create(new AssistantModels(), settings, clock),
    JournalCommand.Create(settings),
    BackupCommands.Create(subsystems, settings, clock),
    RestoreCommand.Create(roles, subsystems, Migrations.UpAsync, settings, clock, new RestoreFromArchive(subsystems, new(clock))),
    DrillCommand.Create(roles, subsystems, Migrations.UpAsync, settings, clock),
};

return await CommandLine.RunAsync(root, args);
