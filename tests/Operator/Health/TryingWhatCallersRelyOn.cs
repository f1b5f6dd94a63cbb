using System.Text.Json.Nodes;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Tests.Health;

public sealed class TryingWhatCallersRelyOn
{
    private static readonly Settings Password = new(new Dictionary<string, string> { ["OUTPOST_SMOKE_PASSWORD"] = StandIn.Password });

    [Fact]
    public async Task A_service_that_keeps_its_promises_passes_every_check()
    {
        await using var service = await StandIn.StartAsync();

        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => Password), service.Address.ToString(), "--email", StandIn.Email, "--json");

        var json = JsonNode.Parse(said)!;
        Assert.Equal(
            ["health", "trace id", "security headers", "login page", "start leads to the app", "app leads to login", "api asks for a session", "unknown route", "malformed json", "metrics", "login", "me", "job list", "logout", "session is dead"],
            json["checks"]!.AsArray().Select(check => (string)check!["name"]!));
        Assert.All(json["checks"]!.AsArray(), check => Assert.Equal("pass", (string)check!["outcome"]!));
        Assert.Equal(ExitCodes.Ok, exitCode);
    }

    public static TheoryData<string, string, string, string> Faults => new()
    {
        // the check that must fail, the answer that is spoilt, what is replaced in its body (or a header's name with a colon), by what
        { "health", "GET /api/health", "\"service\":\"web\",\"checks\":{\"db\":\"ok\"}", "\"checks\":{\"db\":\"ok\"},\"service\":\"web\"" },
        { "health", "GET /api/health", "\"db\":\"ok\"", "\"db\":\"fail\"" },
        { "trace id", "GET /login", "x-trace-id:", "7" },
        { "security headers", "GET /login", "Content-Security-Policy:", "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'" },
        { "security headers", "GET /login", "X-Frame-Options:", "SAMEORIGIN" },
        { "login page", "GET /login", "password", "text" },
        { "start leads to the app", "GET /", "Location:", "/login" },
        { "app leads to login", "GET /app", "Location:", "https://elsewhere.example/phish" },
        { "api asks for a session", "GET /api/v1/jobs", "UNAUTHORIZED", "FORBIDDEN" },
        { "unknown route", "GET /api/v1/no-such-route", "traceId", "trace" },
        { "malformed json", "POST /api/v1/auth/login", "VALIDATION_ERROR", "INTERNAL_ERROR" },
        { "metrics", "GET /metrics", "http_requests_total{", "requests{" },
        { "login", "POST /api/v1/auth/login", "Set-Cookie:", "session=token; Path=/; SameSite=Lax" },
        { "login", "POST /api/v1/auth/login", "Set-Cookie:", "fsm_session=token; Path=/; HttpOnly; SameSite=Lax" },
        { "me", "GET /api/v1/auth/me", "owner@example.com", "somebody@example.com" },
        { "job list", "GET /api/v1/jobs", "\"data\"", "\"jobs\"" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_broken_promise_fails_its_own_check(string check, string spoilt, string what, string by)
    {
        await using var service = await StandIn.StartAsync((request, answer) =>
        {
            if (request != spoilt) return;
            if (what.EndsWith(':') && answer.Headers.ContainsKey(what[..^1])) answer.Headers[what[..^1]] = by;
            answer.Body = answer.Body.Replace(what, by, StringComparison.Ordinal);
        });

        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => Password), service.Address.ToString(), "--email", StandIn.Email, "--json");

        var failed = JsonNode.Parse(said)!["checks"]!.AsArray().Where(each => (string)each!["outcome"]! == "fail").ToList();
        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.Equal(check, (string)failed[0]!["name"]!);
        Assert.NotEmpty((string)failed[0]!["evidence"]!);
        // Whoever cannot sign in can do nothing that needs it; any other fault stays alone.
        if (check != "login") Assert.Single(failed);
    }

    [Fact]
    public async Task A_session_that_outlives_its_logout_is_found()
    {
        await using var service = await StandIn.StartAsync((request, answer) =>
        {
            if (request == "GET /api/v1/auth/me") (answer.Status, answer.Body) = (200, $"{{\"email\":\"{StandIn.Email}\"}}");
        });

        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => Password), service.Address.ToString(), "--email", StandIn.Email);

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.Contains("fail  session is dead", said, StringComparison.Ordinal);
        Assert.Contains("14 passed, 1 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_user_nobody_signs_in()
    {
        await using var service = await StandIn.StartAsync((request, _) => Assert.False(request == "GET /api/v1/auth/me"));

        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => Password), service.Address.ToString());

        Assert.Equal(ExitCodes.Ok, exitCode);
        Assert.Contains("10 passed, 0 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_a_password_is_refused_before_anything_is_tried()
    {
        var (exitCode, said, error) = await Typed.RunAsync(SmokeCommand.Create(() => new(new Dictionary<string, string>())), "http://127.0.0.1:1", "--email", StandIn.Email);

        Assert.Equal(ExitCodes.Configuration, exitCode);
        Assert.Empty(said);
        Assert.Contains("--password-file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_can_stand_in_a_file()
    {
        await using var service = await StandIn.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"{StandIn.Password}\n", TestContext.Current.CancellationToken);

        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => new(new Dictionary<string, string>())), service.Address.ToString(), "--email", StandIn.Email, "--password-file", file);

        File.Delete(file);
        Assert.Equal(ExitCodes.Ok, exitCode);
        Assert.Contains("15 passed, 0 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_fails_every_check_with_the_cause()
    {
        var (exitCode, said, _) = await Typed.RunAsync(SmokeCommand.Create(() => Password), "http://127.0.0.1:1");

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.Contains("0 passed, 10 failed", said, StringComparison.Ordinal);
        Assert.Contains("connection refused", said, StringComparison.Ordinal);
    }
}
