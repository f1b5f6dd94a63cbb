using System.Globalization;
using Outpost.Kernel;
using Outpost.Platform.RateLimits;

namespace Outpost.Assistant.Web;

/// <summary>How often one caller may call routes of one kind, in any minute and in any hour; each kind counts for itself.</summary>
internal enum CallKind { Usual, Chat, Gateway, Health, SignIn }

/// <summary>
/// Counts calls by caller and kind, in this process. Who calls is known by key or sign-in, never by a header that anybody can write; strangers are told
/// apart by address. What is refused does not count.
/// </summary>
internal sealed class CallLimits(TimeProvider clock)
{
    private readonly Dictionary<CallKind, (SlidingWindow Minute, SlidingWindow Hour)> _windows = new()
    {
        [CallKind.Usual] = Windows(clock, 100, 1_000),
        [CallKind.Chat] = Windows(clock, 60, 600),
        [CallKind.Health] = Windows(clock, 300, 3_000),
        [CallKind.SignIn] = Windows(clock, 10, 60),
    };

    private readonly SlidingWindows _ofKeys = new(clock);

    /// <exception cref="LimitException">RATE_LIMIT_EXCEEDED</exception>
    public void Demand(HttpContext http, Endpoint endpoint, Caller? caller)
    {
        var kind = endpoint.Metadata.GetMetadata<CallKindAttribute>()?.Kind ?? CallKind.Usual;
        if (caller is { CallsPerMinute: { } own, Key: { } key }) Demand(_ofKeys.Of(own).Take(key.ToString()), "minute", own);

        // Programs behind the gateway are limited by their keys and by what they may spend.
        if (kind is CallKind.Gateway) return;

        var who = caller?.Owner.ToString() ?? http.Connection.RemoteIpAddress?.ToString() ?? "";
        var (minute, hour) = _windows[kind];
        var (inMinute, inHour) = (minute.Take(who), hour.Take(who));
        var headers = http.Response.Headers;
        headers["X-RateLimit-Limit-Minute"] = Text(inMinute.Limit);
        headers["X-RateLimit-Remaining-Minute"] = Text(inMinute.Remaining);
        headers["X-RateLimit-Limit-Hour"] = Text(inHour.Limit);
        headers["X-RateLimit-Remaining-Hour"] = Text(inHour.Remaining);
        Demand(inHour, "hour", inHour.Limit);
        Demand(inMinute, "minute", inMinute.Limit);
    }

    private static void Demand(Allowance allowance, string window, int limit) =>
        allowance.Demand("RATE_LIMIT_EXCEEDED", string.Create(CultureInfo.InvariantCulture, $"More than {limit} calls within one {window}. Wait as long as Retry-After says."));

    private static (SlidingWindow, SlidingWindow) Windows(TimeProvider clock, int minute, int hour) =>
        (new(clock, minute, TimeSpan.FromMinutes(1)), new(clock, hour, TimeSpan.FromHours(1)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One window for each limit that some key has.</summary>
    private sealed class SlidingWindows(TimeProvider clock)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<int, SlidingWindow> _byLimit = new();

        public SlidingWindow Of(int limit) => _byLimit.GetOrAdd(limit, static (most, time) => new(time, most, TimeSpan.FromMinutes(1)), clock);
    }
}

/// <summary>Marks a route with the kind its calls count as; without it they are usual ones.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CallKindAttribute(CallKind kind) : Attribute
{
    public CallKind Kind { get; } = kind;
}

internal static class CallKinds
{
    public static RouteHandlerBuilder CountsAs(this RouteHandlerBuilder route, CallKind kind) => route.WithMetadata(new CallKindAttribute(kind));
}
