using System.Globalization;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Worker;

/// <param name="AtOnce">How many things it does at the same time; of each kind.</param>
/// <param name="Every">How long it waits at most before it looks again.</param>
internal sealed record WorkerSettings(int AtOnce, TimeSpan Every)
{
    /// <exception cref="SettingsException">A number is out of its range.</exception>
    public static WorkerSettings Of(Settings settings) => new(Whole(settings, "WORKER_CONCURRENCY", 2, 1, 64), TimeSpan.FromMilliseconds(Whole(settings, "WORKER_POLL_MS", 30_000, 100, 3_600_000)));

    private static int Whole(Settings settings, string key, int usual, int least, int most) => settings[key] is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new SettingsException(new SettingsProblem(key, $"is no number from {least} to {most}", $"set {key}={usual}"));
}
