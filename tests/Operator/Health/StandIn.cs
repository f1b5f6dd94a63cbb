using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Outpost.Operator.Tests.Health;

/// <summary>A field service as the wire sees it, which behaves until a test makes one of its answers misbehave.</summary>
internal sealed class StandIn(WebApplication app) : IAsyncDisposable
{
    public const string Email = "owner@example.com";
    public const string Password = "correct horse";
    private const string Trace = "7b8c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3";
    private bool _signedIn;

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="misbehave">Given every answer before it leaves: "METHOD /path" and the answer.</param>
    public static async Task<StandIn> StartAsync(Action<string, Answer>? misbehave = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var standIn = new StandIn(app);
        app.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            var what = $"{http.Request.Method} {http.Request.Path}";
            var answer = standIn.Behave(what, await body.ReadToEndAsync(Stop), http.Request.Headers.Cookie.ToString());
            misbehave?.Invoke(what, answer);
            http.Response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers) http.Response.Headers.Append(name, value);
            await http.Response.WriteAsync(answer.Body, Stop);
        });
        await app.StartAsync(Stop);
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Answer Behave(string what, string body, string cookie)
    {
        var mine = cookie == "session=token" && _signedIn;
        switch (what)
        {
            case "GET /api/health":
                return new(200, $$$"""{"status":"ok","service":"web","checks":{"db":"ok"},"ts":"2026-03-01T08:30:00.250Z","traceId":"{{{Trace}}}"}""");
            case "GET /metrics":
                return new(200, "# TYPE http_requests_total counter\nhttp_requests_total{status=\"200\"} 1\n");
            case "GET /login":
                return new(200, "<form><input type=\"password\"></form>") { Headers = { ["Content-Type"] = "text/html; charset=utf-8" } };
            case "GET /":
                return new(307, "") { Headers = { ["Location"] = "/app" } };
            case "GET /app":
                return new(302, "") { Headers = { ["Location"] = "/login?next=%2Fapp" } };
            case "POST /api/v1/auth/login" when body.Contains(Password, StringComparison.Ordinal):
                _signedIn = true;
                return new(200, $$$"""{"user":{"email":"{{{Email}}}","role":"owner"}}""") { Headers = { ["Set-Cookie"] = "session=token; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800" } };
            case "POST /api/v1/auth/login":
                return body.EndsWith('}') ? Error(401, "INVALID_CREDENTIALS") : Error(400, "VALIDATION_ERROR");
            case "GET /api/v1/auth/me":
                return mine ? new(200, $$$"""{"email":"{{{Email}}}"}""") : Error(401, "UNAUTHORIZED");
            case "GET /api/v1/jobs":
                return mine ? new(200, """{"data":[]}""") : Error(401, "UNAUTHORIZED");
            case "POST /api/v1/auth/logout":
                _signedIn = false;
                return new(200, """{"message":"ok"}""");
            default:
                return Error(404, "NOT_FOUND");
        }
    }

    private static Answer Error(int status, string code) => new(status, $$$"""{"error":{"code":"{{{code}}}","message":"No.","traceId":"{{{Trace}}}"}}""");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal sealed class Answer(int status, string body)
    {
        public int Status { get; set; } = status;

        public string Body { get; set; } = body;

        public Dictionary<string, string> Headers { get; } = new()
        {
            ["x-trace-id"] = Trace,
            ["X-Frame-Options"] = "DENY",
            ["X-Content-Type-Options"] = "nosniff",
            ["Referrer-Policy"] = "strict-origin-when-cross-origin",
            ["Permissions-Policy"] = "camera=()",
            ["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'",
        };
    }
}

/// <summary>A command as it is typed, with what it printed and how it ended.</summary>
internal static class Typed
{
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(Command command, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await new RootCommand { command }.Parse([command.Name, .. arguments]).InvokeAsync(new() { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
