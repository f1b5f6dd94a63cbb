namespace Outpost.Platform.Telemetry;

/// <summary>How a service's log lines spell the two names that the runbooks filter by, and what every line carries besides.</summary>
/// <param name="Time"><c>ts</c>, or <c>time</c> for the hub.</param>
/// <param name="Message"><c>msg</c>, or <c>message</c> for the hub.</param>
public sealed record LogNames(string Time, string Message)
{
    public static LogNames Default { get; } = new("ts", "msg");

    /// <summary>How long a request took, in milliseconds.</summary>
    public string Duration { get; init; } = "durationMs";

    /// <summary>What the caller sent as the request's id.</summary>
    public string RequestId { get; init; } = "requestId";

    /// <summary>With true a request whose caller sent no id shows its trace under <see cref="RequestId"/>, so that each line has one.</summary>
    public bool RequestIdAlways { get; init; }

    /// <summary>Written on every line after the service's name: region, instance.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Constants { get; init; } = [];
}
