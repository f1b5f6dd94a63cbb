using Outpost.Platform.Configuration;
using Outpost.Platform.Migrations;
using Outpost.Platform.Processes;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>Brings a subsystem's database to the newest schema.</summary>
public static class Migrations
{
    /// <exception cref="SettingsException">No URL is set.</exception>
    /// <exception cref="TroubleException">A migration failed or the database does not fit this build.</exception>
    public static async Task UpAsync(Subsystem subsystem, Settings settings, Action<string> say, CancellationToken ct)
    {
        try
        {
            await SubsystemMigrations.UpAsync(subsystem, settings, say, ct);
        }
        catch (MigrationException e)
        {
            var kind = e.Fault switch
            {
                MigrationFault.Failed => TroubleKind.Failed,
                MigrationFault.Refused => TroubleKind.Refused,
                MigrationFault.Locked => TroubleKind.Locked,
            };
            throw new TroubleException(kind, $"the database of {subsystem.Name} could not be migrated", $"outpost migrate status --system {subsystem.Name}", e.Message, e);
        }
    }
}
