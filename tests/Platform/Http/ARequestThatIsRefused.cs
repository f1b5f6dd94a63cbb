using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

public sealed class ARequestThatIsRefused
{
    public sealed record Line([property: Required, StringLength(20, MinimumLength = 1)] string Description, [property: Range(1, 10)] int Quantity);

    public sealed record Order([property: Required] string ClientName, Guid? JobId, bool? Rush, List<Line> LineItems);

    [Fact]
    public async Task Names_each_field_that_does_not_hold_as_the_caller_spells_it()
    {
        await using var host = await StartAsync();

        using var answer = await PostAsync(host, """{"client_name":"Ann","line_items":[{"description":"Door","quantity":0},{"description":"","quantity":2}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var error = await answer.ErrorAsync();
        Assert.Equal("VALIDATION_ERROR", error.Text("code"));
        var issues = error["details"]!["issues"]!.AsArray().ToDictionary(i => i!.Text("path"), i => i!.Text("message"));
        Assert.Equal("Must be between 1 and 10.", issues["line_items[0].quantity"]);
        Assert.Equal("Is required.", issues["line_items[1].description"]);
        Assert.Equal(2, issues.Count);
        Assert.Equal(answer.Header("x-trace-id"), error.Text("traceId"));
    }

    [Theory]
    [InlineData("""{"client_name":"Ann","line_items":[{"description":"Door","quantity":"two"}]}""", "line_items[0].quantity", "Must be a whole number in range.")]
    [InlineData("""{"client_name":"Ann","line_items":[{"description":"Door","quantity":99999999999}]}""", "line_items[0].quantity", "Must be a whole number in range.")]
    [InlineData("""{"client_name":"Ann","line_items":[{"description":"Door","quantity":1.5}]}""", "line_items[0].quantity", "Must be a whole number in range.")]
    [InlineData("""{"client_name":"Ann","job_id":"7","line_items":[]}""", "job_id", "Must be a UUID.")]
    [InlineData("""{"client_name":"Ann","rush":"yes","line_items":[]}""", "rush", "Must be true or false.")]
    [InlineData("""{"client_name":5,"line_items":[]}""", "client_name", "Must be text.")]
    [InlineData("""{"client_name":"Ann","line_items":{}}""", "line_items", "Is not a valid value.")]
    [InlineData("[]", "", "Is not a valid value.")]
    [InlineData("""{"client_name":"Ann",""", "", "Is not JSON: line 1, byte 21.")]
    [InlineData("client_name=Ann", "", "Is not JSON: line 1, byte 1.")]
    [InlineData("", "", "A JSON body is required.")]
    [InlineData("null", "", "A JSON body is required.")]
    public async Task Says_where_the_body_cannot_be_read_and_why_without_a_type_name(string body, string path, string message)
    {
        await using var host = await StartAsync();

        using var answer = await PostAsync(host, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Outpost.", text, StringComparison.Ordinal);
        var error = await answer.ErrorAsync();
        Assert.Equal("VALIDATION_ERROR", error.Text("code"));
        var issue = Assert.Single(error["details"]!["issues"]!.AsArray())!;
        Assert.Equal(path, issue.Text("path"));
        Assert.Equal(message, issue.Text("message"));
    }

    [Theory]
    [InlineData("/api/jobs/not-a-uuid", "id", "Must be a UUID.")]
    [InlineData("/api/jobs/%zz", "id", "Must be a UUID.")]
    [InlineData("/api/jobs/%FF%FE", "id", "Must be a UUID.")]
    [InlineData("/api/jobs?page=abc", "page", "Must be a whole number in range.")]
    [InlineData("/api/jobs?page=%zz", "page", "Must be a whole number in range.")]
    [InlineData("/api/jobs?page=99999999999", "page", "Must be a whole number in range.")]
    [InlineData("/api/jobs?page=-1", "page", "Must be between 1 and 1000.")]
    public async Task Names_the_part_of_the_address_that_is_wrong(string address, string path, string message)
    {
        await using var host = await StartAsync();

        var answer = await host.RawAsync($"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains($$"""{"code":"VALIDATION_ERROR","message":""", answer, StringComparison.Ordinal);
        Assert.Contains($$"""{"path":"{{path}}","message":"{{message}}"}""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/nowhere", null, HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("GET", "/api/bare", null, HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("DELETE", "/api/orders", null, HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED")]
    [InlineData("POST", "/api/orders", "text/plain", HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE")]
    public async Task A_bare_status_of_the_framework_becomes_the_envelope(string method, string path, string? contentType, HttpStatusCode status, string code)
    {
        await using var host = await StartAsync();
        using var request = new HttpRequestMessage(new(method), path);
        if (contentType is not null) request.Content = new StringContent("{}", Encoding.UTF8, contentType);

        using var answer = await host.Client.SendAsync(request, Stop);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.ErrorAsync()).Text("code"));
        if (status == HttpStatusCode.MethodNotAllowed) Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("CONFLICT", HttpStatusCode.Conflict)]
    [InlineData("INVALID_TRANSITION", HttpStatusCode.Conflict)]
    [InlineData("IMMUTABLE_ENTITY", HttpStatusCode.UnprocessableEntity)]
    [InlineData("PRECONDITION_FAILED", HttpStatusCode.UnprocessableEntity)]
    [InlineData("NOT_FOUND", HttpStatusCode.NotFound)]
    [InlineData("INVALID_CREDENTIALS", HttpStatusCode.Unauthorized)]
    [InlineData("FORBIDDEN", HttpStatusCode.Forbidden)]
    [InlineData("VALIDATION_ERROR", HttpStatusCode.BadRequest)]
    public async Task A_broken_rule_has_the_status_of_its_code(string code, HttpStatusCode status)
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/rule", () => Results.Ok(Rule(code))));

        using var answer = await host.Client.GetAsync("/api/rule", Stop);

        Assert.Equal(status, answer.StatusCode);
        var error = await answer.ErrorAsync();
        Assert.Equal(code, error.Text("code"));
        Assert.Equal("A sentence.", error.Text("message"));
        Assert.Equal("due_on", error["details"]!["issues"]![0]!.Text("path"));
        Assert.DoesNotContain(await host.LogAsync(), line => line.Text("level") == "error");
    }

    [Fact]
    public async Task A_used_up_limit_says_when_to_come_back()
    {
        var resets = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/limit", IResult () =>
            throw new LimitException("RATE_LIMITED", "Wait.", TimeSpan.FromSeconds(12.2)) { Limit = 5, ResetsAt = resets }));

        using var answer = await host.Client.GetAsync("/api/limit", Stop);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("RATE_LIMITED", (await answer.ErrorAsync()).Text("code"));
        Assert.Equal("13", answer.Header("Retry-After"));
        Assert.Equal("5", answer.Header("X-RateLimit-Limit"));
        Assert.Equal("0", answer.Header("X-RateLimit-Remaining"));
        Assert.Equal("1900000000", answer.Header("X-RateLimit-Reset"));
    }

    [Fact]
    public async Task Our_own_fault_is_told_without_detail_and_logged_once_with_it()
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/broken", IResult () => throw new InvalidOperationException("the secret recipe")));

        using var answer = await host.Client.GetAsync("/api/broken", Stop);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("INTERNAL_ERROR", (await answer.ErrorAsync()).Text("code"));
        Assert.DoesNotContain("recipe", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        var error = Assert.Single(await host.LogAsync(), line => line.Text("level") == "error")["err"]!;
        Assert.Equal("the secret recipe", error.Text("message"));
        Assert.Equal("InvalidOperationException", error.Text("name"));
        Assert.Contains(nameof(ARequestThatIsRefused), error.Text("stack"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_behind_half_an_answer_cuts_the_connection_instead_of_pretending_to_be_whole()
    {
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/half", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("half", Stop);
            await http.Response.Body.FlushAsync(Stop);
            throw new InvalidOperationException("the other half");
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.Client.GetStringAsync("/api/half", Stop));

        Assert.Single(await host.LogAsync(), line => line.Text("level") == "error");
    }

    [Theory]
    [InlineData("Content-Length: 2000000", "")]
    [InlineData("Transfer-Encoding: chunked", "200000\r\n")]
    public async Task A_body_over_the_limit_is_413_whether_its_length_is_announced_or_not(string header, string start)
    {
        await using var host = await StartAsync();

        var answer = await host.RawAsync($"POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n{header}\r\n\r\n{start}{(start.Length > 0 ? $"{{\"client_name\":\"{new string('a', 0x200000 - 18)}\"}}\r\n0\r\n\r\n" : "")}");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"PAYLOAD_TOO_LARGE\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_may_take_more_than_the_host_does()
    {
        await using var host = await RunningHost.StartAsync(app =>
            app.MapPost("/api/photos", async (HttpRequest request) => { await request.Body.CopyToAsync(Stream.Null, Stop); return "kept"; }).WithBodyLimit(4 << 20));

        using var fits = await host.Client.PostAsync("/api/photos", new ByteArrayContent(new byte[3 << 20]), Stop);

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
    }

    [Fact]
    public async Task Headers_over_the_limit_are_refused_in_the_envelope()
    {
        await using var host = await StartAsync();

        var answer = await host.RawAsync($"GET /api/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {new string('a', 20_000)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        Assert.Contains("{\"error\":{\"code\":", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_ends_too_early_means_that_the_caller_left()
    {
        await using var host = await StartAsync();

        await host.RawAsync("POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"client_name\":", halfClose: true);

        var lines = await host.LogAsync();
        Assert.DoesNotContain(lines, line => line.Text("level") is "error" or "warn");
        Assert.Contains((int)Assert.Single(lines, line => line.Text("msg") == "request completed")["status"]!, (int[])[400, 499]);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_no_error()
    {
        var arrived = new TaskCompletionSource();
        await using var host = await RunningHost.StartAsync(app => app.MapGet("/api/slow", async (HttpContext http) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        }));
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var request = host.Client.GetAsync("/api/slow", leave.Token);
        await arrived.Task.WaitAsync(Stop);

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        var lines = await host.LogAsync();
        Assert.All(lines, line => Assert.Contains(line.Text("level"), (string[])["debug", "info"]));
        Assert.Equal(499, (int)Assert.Single(lines, line => line.Text("msg") == "request completed")["status"]!);
    }

    [Fact]
    public async Task A_person_with_a_browser_is_shown_a_page_outside_of_the_api()
    {
        var profile = RunningHost.Web with { ErrorPage = (http, failure) => http.Response.WriteAsync($"<h1>{failure.Message}</h1>", http.RequestAborted) };
        await using var host = await RunningHost.StartAsync(_ => { }, profile: profile);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/app/nowhere") { Headers = { { "Accept", "text/html,*/*" } } };
        using var data = new HttpRequestMessage(HttpMethod.Get, "/api/nowhere") { Headers = { { "Accept", "text/html,*/*" } } };

        using var shown = await host.Client.SendAsync(page, Stop);
        using var told = await host.Client.SendAsync(data, Stop);

        Assert.Equal(HttpStatusCode.NotFound, shown.StatusCode);
        Assert.Equal("<h1>There is nothing here.</h1>", await shown.Content.ReadAsStringAsync(Stop));
        Assert.Equal("NOT_FOUND", (await told.ErrorAsync()).Text("code"));
    }

    private static string Rule(string code) => throw new RuleException(code, "A sentence.") { Field = "due_on" };

    private static Task<HttpResponseMessage> PostAsync(RunningHost host, string body) =>
        host.Client.PostAsync("/api/orders", new StringContent(body, Encoding.UTF8, "application/json"), Stop);

    private static Task<RunningHost> StartAsync() => RunningHost.StartAsync(
        app =>
        {
            app.MapPost("/api/orders", (Order order) => TypedResults.Ok(order.ClientName));
            app.MapGet("/api/jobs/{id}", (Guid id) => TypedResults.Ok(id));
            app.MapGet("/api/jobs", ([Range(1, 1000)] int page = 1) => TypedResults.Ok(page));
            app.MapGet("/api/bare", () => TypedResults.NotFound());
        },
        builder =>
        {
            builder.Services.AddValidation();
            builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
