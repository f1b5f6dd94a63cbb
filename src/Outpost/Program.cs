using System.CommandLine;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

Role[] roles =
[
];
Subsystem[] subsystems =
[
];
Func<Settings> settings = Settings.FromEnvironment;
var clock = TimeProvider.System;

var root = new RootCommand("Outpost: field service, assistant, agent hub, and the operator that keeps them running.")
{
    UpCommand.Create(roles, subsystems, Migrations.UpAsync, settings, clock),
    DownCommand.Create(settings, clock),
    StatusCommand.Create(settings, clock),
    ServeCommand.Create(roles, settings, clock),
};

return await CommandLine.RunAsync(root, args);
