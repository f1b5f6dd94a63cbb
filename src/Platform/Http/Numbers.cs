using System.Globalization;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Http;

internal static class Numbers
{
    /// <exception cref="SettingsException">The value is no whole number between the two bounds.</exception>
    public static int Whole(this Settings settings, string key, int otherwise, int least, int most) => settings[key] switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        var text => throw new SettingsException(new SettingsProblem(key, $"is '{text}'", $"set {key} to a whole number from {least} to {most}")),
    };
}
