using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Outpost.Operator.Commands;

/// <summary>What must hold of a field service that is up, seen from outside.</summary>
internal static class SmokeChecks
{
    private const string Html = "text/html";

    public static IEnumerable<SmokeCheck> For(SmokeTarget target) =>
    [
        new("health", HealthAsync),
        new("trace id", TraceIdAsync),
        new("security headers", SecurityHeadersAsync),
        new("login page", LoginPageAsync),
        new("start leads to the app", async (t, ct) => (await t.SendAsync(HttpMethod.Get, "/", ct, accept: Html)).MustLeadTo("/app")),
        new("app leads to login", async (t, ct) => (await t.SendAsync(HttpMethod.Get, "/app", ct, accept: Html)).MustLeadTo("/login")),
        new("api asks for a session", async (t, ct) => (await t.SendAsync(HttpMethod.Get, "/api/v1/jobs", ct)).MustBeError(HttpStatusCode.Unauthorized, "UNAUTHORIZED")),
        new("unknown route", async (t, ct) => (await t.SendAsync(HttpMethod.Get, "/api/v1/no-such-route", ct)).MustBeError(HttpStatusCode.NotFound, "NOT_FOUND")),
        new("malformed json", async (t, ct) =>
            (await t.SendAsync(HttpMethod.Post, "/api/v1/auth/login", ct, json: "{\"email\":")).MustBeError(HttpStatusCode.BadRequest, "VALIDATION_ERROR")),
        .. target.Url.IsLoopback ? (SmokeCheck[])[new("metrics", MetricsAsync)] : [],
        .. target.Login is null ? (SmokeCheck[])[] : [
            new("login", LoginAsync),
            new("me", MeAsync),
            new("job list", JobListAsync),
            new("logout", LogoutAsync),
            new("session is dead", SessionIsDeadAsync),
        ],
    ];

    private static async Task HealthAsync(SmokeTarget target, CancellationToken ct)
    {
        var health = (await target.SendAsync(HttpMethod.Get, "/api/health", ct)).MustBe(HttpStatusCode.OK).Json();
        string[] names = ["status", "service", "checks", "ts", "traceId"];
        var told = health.Select(field => field.Key).ToList();
        if (!told.SequenceEqual(names)) throw new SmokeFailure($"the fields are {string.Join(", ", told)} instead of {string.Join(", ", names)}");
        if (Wire.Text(health["status"]) != "ok") throw new SmokeFailure($"the status is {Wire.Text(health["status"])}");
        if (Wire.Text(health["service"]) != "web") throw new SmokeFailure($"the service is {Wire.Text(health["service"])}");
        if (health["checks"] is not JsonObject checks || checks.Count == 0) throw new SmokeFailure("no checks are told");
        if (checks.FirstOrDefault(check => Wire.Text(check.Value) != "ok") is { Key: { } failed }) throw new SmokeFailure($"the check {failed} does not pass");
        if (!DateTimeOffset.TryParse(Wire.Text(health["ts"]), System.Globalization.CultureInfo.InvariantCulture, out _)) throw new SmokeFailure("ts is no time");
        if (!Guid.TryParse(Wire.Text(health["traceId"]), out _)) throw new SmokeFailure("traceId is no UUID");
    }

    private static async Task TraceIdAsync(SmokeTarget target, CancellationToken ct)
    {
        foreach (var path in (string[])["/api/health", "/login", "/api/v1/no-such-route"])
        {
            if (!Guid.TryParse((await target.SendAsync(HttpMethod.Get, path, ct)).Header("x-trace-id"), out _)) throw new SmokeFailure($"{path} has no x-trace-id");
        }
    }

    private static async Task SecurityHeadersAsync(SmokeTarget target, CancellationToken ct)
    {
        foreach (var path in (string[])["/login", "/api/health"])
        {
            var answer = await target.SendAsync(HttpMethod.Get, path, ct);
            Expect("X-Frame-Options", value => value == "DENY");
            Expect("X-Content-Type-Options", value => value == "nosniff");
            Expect("Referrer-Policy", value => value == "strict-origin-when-cross-origin");
            Expect("Permissions-Policy", value => value.Length > 0);
            Expect("Content-Security-Policy", value => value.Contains("frame-ancestors 'none'", StringComparison.Ordinal) && !value.Contains("unsafe-inline", StringComparison.Ordinal));
            if (target.Url.Scheme == "https") Expect("Strict-Transport-Security", value => value.Length > 0);

            void Expect(string name, Func<string, bool> holds)
            {
                if (answer.Header(name) is not { } value) throw new SmokeFailure($"{path} has no {name}");
                if (!holds(value)) throw new SmokeFailure($"{path} has {name}: {value}");
            }
        }
    }

    private static async Task LoginPageAsync(SmokeTarget target, CancellationToken ct)
    {
        var page = (await target.SendAsync(HttpMethod.Get, "/login", ct, accept: Html)).MustBe(HttpStatusCode.OK);
        var type = page.Header("Content-Type") ?? "untyped";
        if (!type.StartsWith(Html, StringComparison.OrdinalIgnoreCase)) throw new SmokeFailure($"it is {type} instead of a page");
        if (!page.Body.Contains("type=\"password\"", StringComparison.OrdinalIgnoreCase)) throw new SmokeFailure("the page asks for no password");
    }

    private static async Task MetricsAsync(SmokeTarget target, CancellationToken ct)
    {
        var metrics = (await target.SendAsync(HttpMethod.Get, "/metrics", ct)).MustBe(HttpStatusCode.OK);
        if (!metrics.Body.Contains("\nhttp_requests_total{", StringComparison.Ordinal)) throw new SmokeFailure("http_requests_total is not among the series");
    }

    private static async Task LoginAsync(SmokeTarget target, CancellationToken ct)
    {
        var (email, password) = target.Login!.Value;
        var answer = (await target.SendAsync(HttpMethod.Post, "/api/v1/auth/login", ct, json: JsonSerializer.Serialize(new { email, password }))).MustBe(HttpStatusCode.OK);
        var cookie = answer.Headers["Set-Cookie"].FirstOrDefault(value => value.StartsWith("session=", StringComparison.Ordinal))
            ?? throw new SmokeFailure("no cookie named session is set");
        var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
        foreach (var attribute in (string[])["Path=/", "HttpOnly", "SameSite=Lax"])
        {
            if (!parts.Contains(attribute, StringComparer.OrdinalIgnoreCase)) throw new SmokeFailure($"the session cookie is not {attribute}");
        }

        if (Wire.Text(answer.Json()["user"]?["role"]) is null) throw new SmokeFailure("the answer tells no user.role");
        target.Session = parts[0];
    }

    private static async Task MeAsync(SmokeTarget target, CancellationToken ct)
    {
        Demand(target);
        var me = (await target.SendAsync(HttpMethod.Get, "/api/v1/auth/me", ct)).MustBe(HttpStatusCode.OK).Body;
        if (!me.Contains(target.Login!.Value.Email, StringComparison.OrdinalIgnoreCase)) throw new SmokeFailure("it is somebody else");
    }

    private static async Task JobListAsync(SmokeTarget target, CancellationToken ct)
    {
        Demand(target);
        var jobs = (await target.SendAsync(HttpMethod.Get, "/api/v1/jobs", ct)).MustBe(HttpStatusCode.OK).Json();
        if (jobs["data"] is not JsonArray) throw new SmokeFailure("the answer holds no list named data");
    }

    private static async Task LogoutAsync(SmokeTarget target, CancellationToken ct)
    {
        Demand(target);
        var answer = await target.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", ct);
        if ((int)answer.Status is not (200 or 204)) answer.MustBe(HttpStatusCode.OK);
    }

    // The cookie is sent once more on purpose: a session must end on the server, not only in the browser.
    private static async Task SessionIsDeadAsync(SmokeTarget target, CancellationToken ct)
    {
        Demand(target);
        (await target.SendAsync(HttpMethod.Get, "/api/v1/auth/me", ct)).MustBeError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    private static void Demand(SmokeTarget target)
    {
        if (target.Session is null) throw new SmokeFailure("not tried: nobody is signed in");
    }
}
