using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Outpost.FieldService;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Mcp;

/// <summary>A field service on a real Kestrel, and <c>outpost fsm mcp</c> as a child process that an assistant's own library has started.</summary>
internal sealed class AnAssistant : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly TestDatabase _database;
    private readonly WebApplication _app;
    private readonly List<string> _talk = [];

    private AnAssistant(TestDatabase database, WebApplication app, HttpClient owner) => (_database, _app, Owner) = (database, app, owner);

    public HttpClient Owner { get; }

    public Uri Address => _app.Address();

    public McpClient Mcp { get; private set; } = null!;

    /// <summary>What the child has said on standard error.</summary>
    public string Talk
    {
        get
        {
            lock (_talk) return string.Join('\n', _talk);
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<AnAssistant> StartAsync(PostgresServer postgres, params string[] scopes)
    {
        var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var first = await UserAdministration.FirstOwnerAsync(database.OwnerSource, "North", Stop);
        var app = FieldServiceApp.Build(
            database.Settings.With(("FSM_PORT", "0"), ("AUTH_SECRET", "a secret of the tests, long enough to be one"), ("LOG_LEVEL", "error")), database.AppSource, TimeProvider.System);
        await app.StartAsync(Stop);

        var owner = new HttpClient { BaseAddress = app.Address() };
        await owner.PostAsJsonAsync("/api/v1/auth/login", new { email = first!.Email, password = first.Password }, Stop);
        var assistant = new AnAssistant(database, app, owner);
        assistant.Mcp = await assistant.ConnectAsync(("FSM_API_KEY", await assistant.KeyAsync(scopes)));
        return assistant;
    }

    public async Task<string> KeyAsync(params string[] scopes)
    {
        var made = await Owner.PostAsJsonAsync("/api/v1/api-keys", new { name = "Assistant", scopes }, Stop);
        return (string)(await made.Content.ReadFromJsonAsync<JsonNode>(Stop))!["data"]!["key"]!;
    }

    public Task<McpClient> ConnectAsync(params (string Key, string Value)[] surroundings)
    {
        var all = new Dictionary<string, string?> { [EntryPoint.AsOutpost] = "1", ["FSM_URL"] = Address.ToString(), ["FSM_API_KEY"] = null };
        foreach (var (key, value) in surroundings) all[key] = value;
        return McpClient.CreateAsync(new StdioClientTransport(new()
        {
            Command = Environment.ProcessPath!,
            Arguments = ["fsm", "mcp"],
            EnvironmentVariables = all,
            StandardErrorLines = line =>
            {
                lock (_talk) _talk.Add(line);
            },
        }), cancellationToken: Stop);
    }

    public async Task<(string Text, bool IsError)> CallAsync(string tool, object? arguments = null)
    {
        var given = arguments?.GetType().GetProperties().ToDictionary(property => property.Name, property => property.GetValue(arguments)) ?? [];
        var result = await Mcp.CallToolAsync(tool, given, cancellationToken: Stop);
        return (Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, result.IsError == true);
    }

    /// <summary>What is under <c>data</c> of an answer that is no refusal.</summary>
    public async Task<JsonNode> DataAsync(string tool, object? arguments = null)
    {
        var (text, isError) = await CallAsync(tool, arguments);
        Assert.False(isError, $"{tool}: {text}");
        var answer = JsonNode.Parse(text)!;
        return answer["data"] ?? answer;
    }

    public async ValueTask DisposeAsync()
    {
        if (Mcp is not null) await Mcp.DisposeAsync();
        Owner.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }
}
