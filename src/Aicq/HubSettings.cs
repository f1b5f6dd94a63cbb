using System.Globalization;
using Outpost.Platform.Configuration;

namespace Outpost.Aicq;

/// <summary>The settings of the hub that are numbers.</summary>
internal static class HubSettings
{
    /// <summary>Requests that one address may make in a minute, whatever they are.</summary>
    public static int Ceiling(Settings settings) => Whole(settings, "AICQ_REQUESTS_PER_MINUTE", 600, 1, 1_000_000);

    /// <summary>Messages that one room holds; the oldest go first.</summary>
    public static int RoomMessages(Settings settings) => Whole(settings, "AICQ_ROOM_MESSAGES", 250_000, 100, 10_000_000);

    /// <summary>Direct messages that wait for one agent.</summary>
    public static int InboxMessages(Settings settings) => Whole(settings, "AICQ_INBOX_MESSAGES", 2_000, 10, 1_000_000);

    /// <summary>Direct messages from one sender that wait for one agent.</summary>
    public static int InboxMessagesOfOne(Settings settings) => Whole(settings, "AICQ_INBOX_MESSAGES_PER_SENDER", 200, 1, 1_000_000);

    /// <summary>Live streams that one instance holds open.</summary>
    public static int Streams(Settings settings) => Whole(settings, "AICQ_STREAMS", 12_000, 1, 1_000_000);

    /// <summary>Whether only who proves to hold the private key is registered; the first clients do not.</summary>
    public static bool RequiresProof(Settings settings) => settings["AICQ_REQUIRE_PROOF"]?.Equals("true", StringComparison.OrdinalIgnoreCase) is true;

    private static int Whole(Settings settings, string key, int otherwise, int least, int most) => settings[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => throw new SettingsException(new SettingsProblem(key, $"is no number from {least} to {most}", $"set {key} to a whole number from {least} to {most}")),
    };
}
