using Outpost.Kernel;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Messages;

/// <summary>Where clients reach this installation from outside.</summary>
internal sealed class PublicAddress(Uri root)
{
    /// <exception cref="SettingsException"><c>PUBLIC_URL</c> is no HTTP address.</exception>
    public static PublicAddress Of(Settings settings) => settings["PUBLIC_URL"] is not { } url
        ? new(FieldServiceApp.Profile.Address(settings))
        : Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var root) && root.Scheme is "http" or "https"
            ? new(root)
            : throw new SettingsException(new SettingsProblem("PUBLIC_URL", "is no HTTP address", "write it as https://office.example.com"));

    public Uri OptOut(Guid token, Channel channel) => new(root, $"opt-out/{token}?channel={Words<Channel>.Of(channel)}");
}
