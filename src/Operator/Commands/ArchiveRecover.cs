using Outpost.Operator.Archive.Recovery;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Commands;

/// <summary>How a restore from the archive stops what runs and starts it again.</summary>
internal static class ArchiveRecover
{
    internal static Around Around(DataDirectory data, Settings settings, TimeProvider clock) => new(
        ct => DownCommand.StopAsync(data, settings, Console.Error, clock, ct),
        async ran =>
        {
            // Where a service manager has started it again meanwhile, this finds it running and leaves it.
            string[] roles = ran.Roles.Count > 0 ? ["--roles", string.Join(',', ran.Roles.Select(role => role.Name))] : [];
            await Detached.StartAsync(["up", "--data", data.Path, .. roles], Console.Error);
        });
}
