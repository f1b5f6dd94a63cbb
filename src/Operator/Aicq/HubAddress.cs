using Outpost.Platform.Configuration;

namespace Outpost.Operator.Aicq;

/// <summary>Where the hub is: <c>--url</c>, else <c>AICQ_URL</c>, else the one on this machine.</summary>
internal static class HubAddress
{
    /// <exception cref="SettingsException">It is no URL of a hub.</exception>
    public static Uri Of(string? asked, Settings settings)
    {
        var text = asked ?? settings["AICQ_URL"] ?? $"http://127.0.0.1:{settings["AICQ_PORT"] ?? "8080"}";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            ? new(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/")
            : throw new SettingsException(new SettingsProblem("AICQ_URL", "is no URL of a hub", "write it as https://hub.example.com"));
    }

    /// <summary>What is said there, and room keys, would be read by everybody on the way; direct messages stay sealed.</summary>
    public static bool GoesOpenly(Uri url) => url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback;
}
