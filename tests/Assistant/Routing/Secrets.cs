using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Routing;
using Outpost.Kernel;

namespace Outpost.Assistant.Tests.Routing;

public sealed class WhatIsWrittenDown
{
    private const string Key = "sk-ant-PLANTEDKEY-8d1f2a7790";
    private const string Prompt = "PLANTEDPROMPT my diagnosis is";
    private const string Answer = "PLANTEDANSWER take two of these";

    [Fact]
    public async Task Holds_neither_key_nor_prompt_nor_answer_whatever_goes_wrong()
    {
        var written = new ConcurrentQueue<string>();
        using var log = new Recorder(written);
        using var spans = Listen(written);
        using var series = Measure(written);
        await using var desk = await Desk.OpenAsync(new() { TriesPerLeg = 1, Pause = TimeSpan.FromMilliseconds(1) }, new() { FirstByte = TimeSpan.FromMilliseconds(300), Idle = TimeSpan.FromMilliseconds(300) }, log: log, key: Key);
        Script[] worst =
        [
            new(), .. new[] { 400, 401, 402, 403, 404, 429, 500, 503, 504, 529 }.Select(status => new Script { Status = status, Echo = $"{Prompt} {Key} {Answer}" }),
            .. Enum.GetValues<Mishap>().Where(mishap => mishap != Mishap.None).Select(mishap => new Script { Mishap = mishap, After = 1 }), new() { Report = UsageReport.Impossible }, new() { HeaderDelayMs = 600_000 },
        ];

        foreach (var model in (string[])["first", "second", "third"])
        {
            foreach (var script in worst)
            {
                desk.Server.Usually = script with { Text = $"well {Answer}" };
                try
                {
                    await desk.AnswerAsync(model, Desk.Ask(Prompt));
                }
                catch (ProviderException e)
                {
                    written.Enqueue(e.ToString());
                    written.Enqueue($"{e.ProviderCode} {e.RequestId} {e.Provider}");
                }
            }
        }

        foreach (var wrong in (string[])[Prompt, Key]) written.Enqueue(Assert.Throws<RuleException>(() => desk.Router.Plan(wrong + "\n<b>", Desk.Ask())).Message);
        Assert.True(written.Count > 100);
        Assert.Contains(written, text => text.Contains("did not answer", StringComparison.Ordinal));
        Assert.Contains(written, text => text.StartsWith("gen_ai.", StringComparison.Ordinal));
        Assert.Contains(written, text => text.StartsWith("local_assistant.requests", StringComparison.Ordinal));
        foreach (var secret in (string[])["PLANTEDKEY", "my diagnosis", "PLANTEDANSWER"]) Assert.DoesNotContain(written, text => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_key_really_went_along()
    {
        await using var desk = await Desk.OpenAsync(key: Key);

        await desk.AnswerAsync();

        Assert.Single(desk.Server.Calls);
        Assert.NotEmpty(desk.Server.KeysSeen);
        Assert.All(desk.Server.KeysSeen, key => Assert.Equal(Key, key));
    }

    private static ActivityListener Listen(ConcurrentQueue<string> to)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RoutingTelemetry.SourceName or "System.Net.Http" or "Experimental.System.Net.Http.Connections",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                to.Enqueue(span.DisplayName);
                foreach (var (name, value) in span.TagObjects) to.Enqueue($"{name}={value}");
                foreach (var happened in span.Events) to.Enqueue($"{happened.Name} {string.Join(' ', happened.Tags)}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Measure(ConcurrentQueue<string> to)
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, own) => own.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => to.Enqueue($"{instrument.Name} {value} {Text(tags)}"));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => to.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {value} {Text(tags)}")));
        listener.Start();
        return listener;
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = "";
        foreach (var (name, value) in tags) text += $"{name}={value} ";
        return text;
    }

    private sealed class Recorder(ConcurrentQueue<string> to) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => to.Enqueue($"{formatter(state, exception)} {state} {exception}");

        public void Dispose()
        {
        }
    }
}
