using System.Net.Sockets;
using System.Text.Json.Nodes;
using Outpost.Operator.Commands;
using Outpost.Platform.Configuration;

namespace Outpost.Operator.Tests.Health;

public sealed class AskingHowItIs
{
    [Fact]
    public async Task Ok_ends_with_0_and_shows_each_check()
    {
        await using var service = await StandIn.StartAsync();

        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), service.Address.ToString());

        Assert.Equal(ExitCodes.Ok, exitCode);
        Assert.StartsWith($"ok  {service.Address}api/health  HTTP 200 in ", said, StringComparison.Ordinal);
        Assert.Contains("  db: ok", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Degraded_ends_with_5_and_names_the_check_and_the_next_command()
    {
        await using var service = await StandIn.StartAsync(Degrade);

        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), service.Address.ToString());

        Assert.Equal(ExitCodes.Degraded, exitCode);
        Assert.Contains("degraded  ", said, StringComparison.Ordinal);
        Assert.Contains("cause: db is fail", said, StringComparison.Ordinal);
        Assert.Contains("next:  outpost ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_ends_with_1()
    {
        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), $"http://127.0.0.1:{FreePort()}");

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.StartsWith("unreachable  ", said, StringComparison.Ordinal);
        Assert.Contains("connection refused", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>Welcome to nginx</html>")]
    [InlineData(200, "")]
    [InlineData(200, "[1]")]
    [InlineData(200, """{"status":7}""")]
    [InlineData(502, "Bad Gateway")]
    [InlineData(200, """{"status":"degraded"}""")]
    [InlineData(503, """{"status":"ok"}""")]
    public async Task Somebody_else_at_that_address_is_never_taken_for_a_healthy_service(int status, string body)
    {
        await using var service = await StandIn.StartAsync((_, answer) => (answer.Status, answer.Body) = (status, body));

        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), service.Address.ToString());

        Assert.Equal(ExitCodes.Failed, exitCode);
        Assert.StartsWith("unknown  ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_it_can_be_read_by_a_program()
    {
        await using var service = await StandIn.StartAsync(Degrade);

        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), service.Address.ToString(), "--json");

        var json = JsonNode.Parse(said)!;
        Assert.Equal(ExitCodes.Degraded, exitCode);
        Assert.Equal("degraded", (string)json["status"]!);
        Assert.Equal(503, (int)json["httpStatus"]!);
        Assert.Equal("fail", (string)json["checks"]!["db"]!);
        Assert.NotNull((string?)json["next"]);
    }

    [Fact]
    public async Task The_hubs_health_is_understood_under_its_own_path()
    {
        await using var hub = await StandIn.StartAsync((what, answer) =>
        {
            if (what == "GET /health") (answer.Status, answer.Body) = (200, """{"status":"healthy","checks":{"postgres":{"status":"pass","latency":"1.2ms"}}}""");
        });

        var (exitCode, said, _) = await Typed.RunAsync(HealthCommand.Create(), $"{hub.Address}health");

        Assert.Equal(ExitCodes.Ok, exitCode);
        Assert.Contains("  postgres: pass", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_the_settings_say_where()
    {
        await using var service = await StandIn.StartAsync();
        var settings = new Settings(new Dictionary<string, string> { ["FSM_HOST"] = "0.0.0.0", ["FSM_PORT"] = $"{service.Address.Port}" });

        var (exitCode, _, _) = await Typed.RunAsync(HealthCommand.Create(() => settings));

        Assert.Equal(ExitCodes.Ok, exitCode);
    }

    [Fact]
    public async Task An_address_that_is_none_is_told_and_nothing_is_asked()
    {
        var (exitCode, _, error) = await Typed.RunAsync(HealthCommand.Create(), "localhost:3000");

        Assert.NotEqual(ExitCodes.Ok, exitCode);
        Assert.Contains("'localhost:3000' is no http or https URL", error, StringComparison.Ordinal);
    }

    private static void Degrade(string what, StandIn.Answer answer) =>
        (answer.Status, answer.Body) = (503, answer.Body.Replace("\"status\":\"ok\"", "\"status\":\"degraded\"", StringComparison.Ordinal).Replace("\"db\":\"ok\"", "\"db\":\"fail\"", StringComparison.Ordinal));

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
