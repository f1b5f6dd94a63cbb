using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Keys;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Tests.Budgets;
using Outpost.Platform.Http;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Web;

/// <summary>The service as a process, at its most talkative, with everything that leaves it but the answers themselves gathered in one place.</summary>
public sealed class WhatTheServiceWrites(PostgresServer postgres)
{
    private const string ProviderKey = "sk-PLANTEDKEY-8d1f2a7790", Prompt = "PLANTEDPROMPT my diagnosis", Reply = "PLANTEDREPLY take two", Password = "PLANTEDPASSWORD horse";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Holds_no_key_prompt_or_answer_in_logs_series_traces_or_errors()
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(AssistantApp).Assembly), "assistant", Stop);
        await using var provider = await PracticeProvider.StartAsync(TimeProvider.System, ct: Stop);
        await using var collector = await Collector.StartAsync();
        var models = Path.Combine(Path.GetTempPath(), $"models-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(models, AssistantUnderTest.Models
            .Replace("anthropic, address: \"http://127.0.0.1:1\"", $"anthropic, address: \"{provider.Address}anthropic\"", StringComparison.Ordinal)
            .Replace("openai, address: \"http://127.0.0.1:1\"", $"openai, address: \"{provider.Address}openai/v1\"", StringComparison.Ordinal), Stop);
        var id = Guid.CreateVersion7();
        var (key, hash) = ApiKeyText.New(id);
        await using (var db = new Db(database.AppSource, null))
        {
            await ApiKeySql.Insert(db, id, "a test", ["gateway", "chat"], hash, null, null, null, Limits.None, Stop);
            await db.CommitAsync(Stop);
        }

        var errors = new ConcurrentQueue<string>();
        string series;
        await using var service = new ServiceProcess(database.Settings.With(
            ("LOG_LEVEL", "debug"), (LiveModels.Setting, models), ("ANTHROPIC_API_KEY", ProviderKey), ("OPENAI_API_KEY", ProviderKey),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")));
        await service.StartAsync(Stop);
        using (var client = new HttpClient { BaseAddress = service.Address })
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            Script[] fates =
            [
                new(), .. new[] { 400, 401, 402, 429, 500, 529 }.Select(status => new Script { Status = status, Echo = $"{Prompt} {ProviderKey} {Reply}" }),
                .. new[] { Mishap.Close, Mishap.Error, Mishap.BrokenJson, Mishap.WebPage }.Select(mishap => new Script { Mishap = mishap, After = 1 }),
            ];
            foreach (var fate in fates)
            {
                provider.Usually = fate with { Text = Reply };
                foreach (var path in (string[])["/v1/chat/completions", "/api/chat", "/api/chat/stream"])
                    await AskAsync(client, path, new { model = "second", stream = fate.Mishap is Mishap.None, messages = new[] { new { role = "user", content = Prompt } } }, errors);
            }

            await AskAsync(client, "/v1/chat/completions", new { model = Prompt, messages = new[] { new { role = "user", content = Prompt } } }, errors);
            await AskAsync(client, "/v1/chat/completions", new { model = "second", messages = new[] { new { role = Prompt, content = Prompt } } }, errors);
            await AskAsync(client, "/api/chat", $"{{\"messages\":[{{\"role\":\"user\",\"content\":\"{Prompt}", errors);
            await AskAsync(client, "/api/auth/login", new { email = "nobody@example.com", password = Password }, errors);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key[..^3] + "abc");
            await AskAsync(client, "/v1/chat/completions", new { model = "second", messages = new[] { new { role = "user", content = Prompt } } }, errors);
            series = await client.GetStringAsync("/metrics", Stop);
        }

        // What waits to be exported is sent at the end.
        await service.StopAsync(Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        File.Delete(models);

        Assert.True(errors.Count > 20, $"{errors.Count} errors");
        Assert.Contains("local_assistant_requests_total", series, StringComparison.Ordinal);
        Assert.Contains("gen_ai.request.model", collector.Text, StringComparison.Ordinal);
        Assert.Contains("did not answer", service.Log, StringComparison.Ordinal);
        Assert.Contains(provider.KeysSeen, seen => seen == ProviderKey);
        (string Where, string Text)[] written = [("the log", service.Log), ("the series", series), ("the traces", collector.Text), ("an error", string.Join('\n', errors))];
        foreach (var secret in (string[])["PLANTED", "my diagnosis", "take two", key[37..], key[..^3] + "abc"])
            Assert.All(written, one => Assert.False(one.Text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{one.Where} holds {secret}"));
    }

    private static async Task AskAsync(HttpClient client, string path, object body, ConcurrentQueue<string> errors)
    {
        using var content = body is string raw ? new StringContent(raw, Encoding.UTF8, "application/json") : new StringContent(System.Text.Json.JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, content, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        if (!answer.IsSuccessStatusCode) errors.Enqueue($"{answer.Headers} {text}");
        // What was said is the answer itself; an error that ends a stream is one of its lines.
        foreach (var line in text.Split('\n').Where(line => line.Contains("\"error", StringComparison.Ordinal) && answer.StatusCode is HttpStatusCode.OK)) errors.Enqueue(line);
    }

    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> _received = new();

        public string Address => app.Address().AbsoluteUri.TrimEnd('/');

        public string Text => string.Join('\n', _received);

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var made = new Collector(builder.Build());
            made.Serve();
            await made.StartAppAsync();
            return made;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private Task StartAppAsync() => app.StartAsync(Stop);

        private void Serve() => app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            _received.Enqueue(Encoding.UTF8.GetString(body.ToArray()));
        });
    }
}
