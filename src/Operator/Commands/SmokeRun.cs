using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Outpost.Operator.Commands;

/// <summary>A check that did not hold, in one sentence with what was seen instead.</summary>
internal sealed class SmokeFailure(string message) : Exception(message);

/// <summary>One named thing that a caller relies on.</summary>
internal sealed record SmokeCheck(string Name, Func<SmokeTarget, CancellationToken, Task> Run);

/// <param name="Outcome"><c>pass</c> or <c>fail</c>.</param>
internal sealed record SmokeResult(string Name, string Outcome, double Milliseconds, string? Evidence);

/// <summary>The service under test, and what the checks before have learned about it.</summary>
internal sealed class SmokeTarget(Uri url, HttpClient client, (string Email, string Password)? login)
{
    public Uri Url => url;

    public (string Email, string Password)? Login => login;

    /// <summary>The session cookie, <c>session=…</c>, once somebody has signed in.</summary>
    public string? Session { get; set; }

    public async Task<SmokeAnswer> SendAsync(HttpMethod method, string path, CancellationToken ct, string? json = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(url, path));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        if (Session is not null) request.Headers.Add("Cookie", Session);
        using var answer = await client.SendAsync(request, ct);
        return new(answer.StatusCode, Headers(answer), await answer.Content.ReadAsStringAsync(ct));
    }

    private static ILookup<string, string> Headers(HttpResponseMessage answer) => answer.Headers.Concat(answer.Content.Headers)
        .SelectMany(header => header.Value.Select(value => (header.Key, value))).ToLookup(header => header.Key, header => header.value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>An answer that is asked to be what was promised.</summary>
internal sealed record SmokeAnswer(HttpStatusCode Status, ILookup<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers[name].FirstOrDefault();

    /// <exception cref="SmokeFailure">The status is another.</exception>
    public SmokeAnswer MustBe(HttpStatusCode status) =>
        Status == status ? this : throw new SmokeFailure($"HTTP {(int)status} was expected, HTTP {(int)Status} came: {Start(Body)}");

    /// <exception cref="SmokeFailure">The body is no JSON object.</exception>
    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(Body) as JsonObject ?? throw new SmokeFailure($"the body is no JSON object: {Start(Body)}");
        }
        catch (JsonException)
        {
            throw new SmokeFailure($"the body is no JSON: {Start(Body)}");
        }
    }

    /// <exception cref="SmokeFailure">It is not the error envelope with this code and a trace id.</exception>
    public void MustBeError(HttpStatusCode status, string code)
    {
        var error = MustBe(status).Json()["error"] as JsonObject ?? throw new SmokeFailure($"the body is not the error envelope: {Start(Body)}");
        if (Wire.Text(error["code"]) != code) throw new SmokeFailure($"the code {code} was expected, {Wire.Text(error["code"]) ?? "none"} came");
        if (!Guid.TryParse(Wire.Text(error["traceId"]), out _)) throw new SmokeFailure("the error has no trace id");
    }

    /// <exception cref="SmokeFailure">It is no redirect, or leads elsewhere.</exception>
    public void MustLeadTo(string path)
    {
        if ((int)Status is not (301 or 302 or 303 or 307 or 308)) throw new SmokeFailure($"a redirect was expected, HTTP {(int)Status} came");
        var location = Header("Location") ?? "";
        // On Unix a bare path is an absolute URI as well, one of a file.
        var target = Uri.TryCreate(location, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https" ? absolute.AbsolutePath : location.Split('?')[0];
        if (target != path) throw new SmokeFailure($"it leads to '{location}' instead of {path}");
    }

    private static string Start(string body) => body.Length switch
    {
        0 => "(empty)",
        <= 120 => body.ReplaceLineEndings(" "),
        _ => $"{body[..120].ReplaceLineEndings(" ")}…",
    };
}

/// <summary>Runs the checks one after the other; one that fails does not keep the others from being tried.</summary>
internal static class SmokeRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<List<SmokeResult>> RunAsync(Uri url, (string Email, string Password)? login, Action<SmokeResult> told, CancellationToken ct)
    {
        using var client = Wire.Client(url, Patience);
        var target = new SmokeTarget(url, client, login);
        var results = new List<SmokeResult>();
        foreach (var check in SmokeChecks.For(target))
        {
            var result = await TryAsync(check, target, ct);
            results.Add(result);
            told(result);
        }

        return results;
    }

    private static async Task<SmokeResult> TryAsync(SmokeCheck check, SmokeTarget target, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        string? evidence = null;
        try
        {
            await check.Run(target, ct);
        }
        catch (SmokeFailure failure)
        {
            evidence = failure.Message;
        }
        catch (HttpRequestException failed)
        {
            evidence = Wire.Reason(failed);
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            evidence = $"no answer within {Patience.TotalSeconds:0} s";
        }

        return new(check.Name, evidence is null ? "pass" : "fail", Stopwatch.GetElapsedTime(started).TotalMilliseconds, evidence);
    }
}
