namespace Outpost.Aicq.Limits;

/// <summary>How often one caller, or one agent, may do one thing. Each rule counts by itself.</summary>
/// <param name="Name">Part of its Redis keys.</param>
/// <param name="Endpoint">How the metric and the log call it.</param>
/// <param name="Limit">Requests within any stretch of time as long as the window.</param>
internal sealed record Rule(string Name, string Endpoint, int Limit, TimeSpan Window)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), Minute = TimeSpan.FromMinutes(1);

    public static Rule Register { get; } = new("register", "POST /register", 10, Hour);

    public static Rule Who { get; } = new("who", "GET /who", 100, Minute);

    public static Rule Channels { get; } = new("channels", "GET /channels", 60, Minute);

    public static Rule Find { get; } = new("find", "GET /find", 30, Minute);

    public static Rule ReadRoom { get; } = new("read", "GET /room", 120, Minute);

    public static Rule CreateRoom { get; } = new("create", "POST /room", 10, Hour);

    public static Rule Post { get; } = new("post", "POST /room/:id", 30, Minute);

    public static Rule Delete { get; } = new("delete", "DELETE /room/:id", 30, Minute);

    public static Rule SendDirectMessage { get; } = new("dm-send", "POST /dm", 60, Minute);

    public static Rule ReadInbox { get; } = new("dm-read", "GET /dm", 60, Minute);

    public static Rule Acknowledge { get; } = new("dm-ack", "DELETE /dm", 60, Minute);

    public static Rule Watch { get; } = new("live", "GET /live", 60, Minute);

    /// <summary>Signatures that were not one.</summary>
    public static Rule Unsigned { get; } = new("unsigned", "signature", 60, Minute);

    /// <summary>Keys of private rooms that nobody has been seen with yet.</summary>
    public static Rule TryRoomKey { get; } = new("room-key", "room key", 20, Minute);

    /// <summary>What one address may ask for in all, before anything is known of who asks.</summary>
    public static Rule Ceiling(int perMinute) => new("all", "all", perMinute, Minute);

    public long WindowMs { get; } = (long)Window.TotalMilliseconds;

    public string KeyOfCaller(string caller) => $"ratelimit:ip:{caller}:{Name}";

    public string KeyOfAgent(string agent) => $"ratelimit:agent:{agent}:{Name}";
}
