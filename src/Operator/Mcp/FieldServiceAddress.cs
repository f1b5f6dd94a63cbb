using Outpost.Platform.Configuration;

namespace Outpost.Operator.Mcp;

/// <summary>Where a field service is and with which key to call it. A key on the command line would stand in the list of processes, so it comes from the surroundings.</summary>
internal sealed record FieldServiceAddress(Uri Url, string Key)
{
    private const string MakeOne = "make one with POST /api/v1/api-keys and put it into FSM_API_KEY, or into a file that FSM_API_KEY_FILE names";

    /// <summary>The key would be read by everybody on the way.</summary>
    public bool GoesOpenly => Url.Scheme == Uri.UriSchemeHttp && !Url.IsLoopback;

    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static FieldServiceAddress Of(Settings settings)
    {
        var text = settings["FSM_URL"] ?? $"http://127.0.0.1:{settings["FSM_PORT"] ?? "3000"}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            throw new SettingsException(new SettingsProblem("FSM_URL", "is no URL of a field service", "write it as https://fsm.example.com"));
        }

        var key = settings["FSM_API_KEY"] ?? FromFile(settings["FSM_API_KEY_FILE"]);
        return key.StartsWith("fsm_", StringComparison.Ordinal) && !key.Any(char.IsWhiteSpace)
            ? new(new(url, "/"), key)
            : throw new SettingsException(new SettingsProblem("FSM_API_KEY", "is no API key", MakeOne));
    }

    private static string FromFile(string? path)
    {
        if (path is null) throw new SettingsException(new SettingsProblem("FSM_API_KEY", "is not set", MakeOne));

        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SettingsException(new SettingsProblem("FSM_API_KEY_FILE", "names a file that cannot be read", "name a file that you may read and that holds nothing but the key"));
        }
    }
}
