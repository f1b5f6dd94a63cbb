namespace Outpost.Platform.Telemetry;

/// <summary>How a service's log lines spell the two names that the runbooks filter by, and what every line carries besides.</summary>
/// <param name="Time"><c>ts</c>, or <c>time</c> for the hub.</param>
/// <param name="Message"><c>msg</c>, or <c>message</c> for the hub.</param>
public sealed record LogNames(string Time, string Message)
{
    public static LogNames Default { get; } = new("ts", "msg");

    /// <summary>Written on every line after the service's name: region, instance.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Constants { get; init; } = [];
}
