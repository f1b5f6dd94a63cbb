using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Operator.Commands;

/// <summary>Brings a subsystem's database to the newest schema.</summary>
public static class Migrations
{
    /// <exception cref="SettingsException">No URL is set.</exception>
    public static Task UpAsync(Subsystem subsystem, Settings settings, Action<string> say, CancellationToken ct) =>
        throw new NotSupportedException("The migrations runner is not connected");
}
