using Microsoft.Extensions.Hosting;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Roles;

/// <summary>
/// One thing that <c>outpost serve</c> runs: <c>fsm</c>, <c>worker</c>, <c>assistant</c>, <c>aicq</c>. A role is stateless; several may share a process.
/// </summary>
/// <param name="Name">The word after <c>serve</c>.</param>
/// <param name="Summary">One line for the help text.</param>
/// <param name="Build">Makes the host, not yet started. Configuration that is missing or wrong is a <see cref="SettingsException"/>.</param>
/// <param name="Health">The path that answers whether it is healthy; null when the role listens on no port.</param>
/// <param name="Address">Where it will listen under these settings; null when the role listens on no port.</param>
public sealed record Role(string Name, string Summary, Func<Settings, IHost> Build, string? Health, Func<Settings, Uri>? Address)
{
    /// <summary>Whose database it works on; null where it is not said.</summary>
    public Subsystem? Subsystem { get; init; }

    /// <summary>Where it listens when nothing says where and it is the only one that does; null for the port it has beside others.</summary>
    public int? PortAlone { get; init; }
}
