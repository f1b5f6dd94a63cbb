using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;

namespace Outpost.Operator.Commands;

/// <summary>What one question to a health address brought.</summary>
/// <param name="State">One of <c>ok</c>, <c>degraded</c>, <c>draining</c>, <c>unreachable</c>, <c>unknown</c>: something answers that is no health.</param>
/// <param name="HttpStatus">Null when nothing answered.</param>
/// <param name="Checks">Each check by name as the service words it; empty when none were told.</param>
/// <param name="Cause">Null when it is ok.</param>
/// <param name="Next">The next command to type; null when it is ok.</param>
internal sealed record HealthResult(
    string State, Uri Url, int? HttpStatus, double Milliseconds, IReadOnlyDictionary<string, string> Checks, string? TraceId, string? Cause, string? Next)
{
    public int ExitCode => State switch
    {
        "ok" => ExitCodes.Ok,
        "degraded" or "draining" => ExitCodes.Degraded,
        _ => ExitCodes.Failed,
    };
}

/// <summary>Asks a service how it is. Every outcome is an answer; none is an exception.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The health address of a base URL; one with a path is taken as it is.</summary>
    public static Uri Address(Uri url) => url.AbsolutePath == "/" ? new(url, "/api/health") : url;

    /// <summary>Where the field service listens on this machine under these settings.</summary>
    /// <exception cref="SettingsException">The port is none.</exception>
    public static Uri Local(Settings settings)
    {
        var host = settings["FSM_HOST"] switch
        {
            null or "0.0.0.0" or "*" => "127.0.0.1",
            "::" => "[::1]",
            var set when set.Contains(':', StringComparison.Ordinal) => $"[{set}]",
            var set => set,
        };
        return new($"http://{host}:{settings.Port("FSM_PORT", settings.Port("PORT", 3000))}/");
    }

    public static async Task<HealthResult> AskAsync(Uri url, CancellationToken ct)
    {
        using var client = Wire.Client(url, Patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await client.GetAsync(url, ct);
            var body = await answer.Content.ReadAsStringAsync(ct);
            return Read(url, (int)answer.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds, body);
        }
        catch (HttpRequestException refused)
        {
            return Unreachable(url, started, Wire.Reason(refused));
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            return Unreachable(url, started, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static HealthResult Unreachable(Uri url, long started, string cause) =>
        new("unreachable", url, null, Stopwatch.GetElapsedTime(started).TotalMilliseconds, new Dictionary<string, string>(), null, cause, "outpost status");

    private static HealthResult Read(Uri url, int status, double milliseconds, string body)
    {
        var health = Parse(body);
        var checks = Checks(health);
        var state = (Wire.Text(health?["status"]), status) switch
        {
            ("ok" or "healthy", 200) => "ok",
            ("degraded" or "unhealthy", 503) => "degraded",
            ("draining", 503) => "draining",
            _ => "unknown",
        };
        var (cause, next) = state switch
        {
            "ok" => (null, null),
            "degraded" => (string.Join(", ", checks.Where(check => check.Value is not ("ok" or "pass")).Select(check => $"{check.Key} is {check.Value}")), "outpost logs"),
            "draining" => ("the service is about to end and takes no new work", "outpost status"),
            _ => ($"HTTP {status} without the health of a service; is this the right address?", "outpost status"),
        };
        return new(state, url, status, milliseconds, checks, Wire.Text(health?["traceId"]), cause, next);
    }

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A check is a word, or an object with a status.
    private static Dictionary<string, string> Checks(JsonObject? health) => health?["checks"] is JsonObject checks
        ? checks.ToDictionary(check => check.Key, check => Wire.Text(check.Value is JsonObject detail ? detail["status"] : check.Value) ?? "unknown")
        : [];
}

/// <summary>How the operator's commands talk HTTP.</summary>
internal static class Wire
{
    /// <summary>A client that follows nothing and keeps no cookies, so that each answer is seen as it is.</summary>
    public static HttpClient Client(Uri url, TimeSpan patience) => OutgoingHttp.Client(patience, new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !url.IsLoopback,
        ConnectTimeout = patience,
    });

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string Reason(HttpRequestException failed) => failed switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "nothing listens there (connection refused)",
        { InnerException: SocketException socket } => socket.Message,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => $"no secure connection: {failed.InnerException?.Message ?? failed.Message}",
        { InnerException: { } inner } => inner.Message,
        _ => failed.Message,
    };
}
