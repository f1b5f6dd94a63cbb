namespace Outpost.FieldService.Webhooks;

/// <summary>When something that did not arrive is sent again: nine times within three days, each time a little earlier or later, so that many do not come at once.</summary>
internal static class WebhookRetries
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(24);

    public static int MostAttempts => Waits.Length + 1;

    /// <param name="attempts">How often it was sent.</param>
    /// <param name="wish">What the receiver asked for with <c>Retry-After</c>.</param>
    /// <param name="chance">0 to 1, drawn anew each time.</param>
    /// <returns>Null when it was sent often enough.</returns>
    public static TimeSpan? After(int attempts, TimeSpan? wish, double chance)
    {
        if (attempts >= MostAttempts) return null;

        var wait = Waits[attempts - 1] * (0.9 + (0.2 * chance));
        return wish > wait ? (wish < LongestWish ? wish : LongestWish) : wait;
    }
}
