using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Providers.Wire;

namespace Outpost.Assistant.Tests.Providers;

/// <summary>What holds for every provider, whatever its API looks like.</summary>
public sealed class EveryProvider(Practice practice) : IClassFixture<Practice>
{
    private const string Umlauts = "Grüße aus Zürich: 12 °C, 雨, 🌧️ — \"naß\"\nund kalt.";

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Says_who_answers_then_the_words_then_that_it_is_done(string api, bool stream)
    {
        practice.Server.Next(new Script { Text = Umlauts });

        var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask(stream: stream));

        Assert.Equal(AnswerEventKind.Started, steps[0].Kind);
        Assert.Equal(Umlauts, Practice.TextOf(steps));
        Assert.Equal((AnswerEventKind.Finished, FinishReason.Stop), (steps[^1].Kind, steps[^1].Reason));
        Assert.Single(steps, step => step.Kind == AnswerEventKind.Finished);
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task Takes_a_stream_cut_anywhere_with_other_line_ends_and_comments(string api)
    {
        foreach (var size in (int[])[1, 3, 7])
        {
            practice.Server.Next(new Script { Text = Umlauts, ChunkBytes = size, CarriageReturns = size != 3, Chatty = size != 7 });

            var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask());

            Assert.Equal(Umlauts, Practice.TextOf(steps));
            Assert.Equal(practice.Server.Calls[^1].Billed, Practice.UsageOf(steps));
        }
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Counts_what_will_be_billed_in_buckets_that_exclude_each_other(string api, bool stream)
    {
        practice.Server.Next(new Script { CacheRead = 5, CacheWrite5m = 2, CacheWrite1h = 1, Reasoning = 40 });

        var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask(stream: stream));

        var billed = practice.Server.Calls[^1].Billed;
        Assert.Equal(billed, Practice.UsageOf(steps));
        Assert.True(billed is { CacheRead: 5, UncachedInput: > 0, VisibleOutput: > 0 });
        Assert.Equal(practice.Server.Calls[^1].Input, billed.Input);
        Assert.False(steps.Last(step => step.Kind == AnswerEventKind.Usage).Partial);
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Calls_several_tools_at_once_with_arguments_in_fragments(string api, bool stream)
    {
        practice.Server.Next(new Script { Tools = [new("weather", """{"city":"Zürich","days":3}"""), new("time", "{}"), new("weather", """{"city":"Bern"}""")] });
        var request = Practice.Ask(stream: stream) with { Tools = [new("weather", "Tells the weather.", """{"type":"object","properties":{"city":{"type":"string"}}}"""), new("time", null, "{}")] };

        var steps = await Practice.AllAsync(practice.Provider(api), request);

        var calls = steps.Where(step => step.Kind == AnswerEventKind.ToolCall).ToList();
        Assert.Equal(["weather", "time", "weather"], calls.Select(call => call.Name));
        Assert.Equal(3, calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal(
            ["""{"city":"Zürich","days":3}""", "{}", """{"city":"Bern"}"""],
            calls.Select(call => string.Concat(steps.Where(step => step.Kind == AnswerEventKind.ToolArguments && step.Index == call.Index).Select(step => step.Text))));
        Assert.Equal(FinishReason.ToolCalls, steps[^1].Reason);
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Keeps_thoughts_apart_from_the_answer(string api, bool stream)
    {
        practice.Server.Next(new Script { Thinking = "They want the weather.", Text = "It rains." });

        var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask(stream: stream));

        Assert.Equal("They want the weather.", Practice.TextOf(steps, AnswerEventKind.Thinking));
        Assert.Equal("It rains.", Practice.TextOf(steps));
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Says_when_the_limit_cut_the_answer_short(string api, bool stream)
    {
        var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask(stream: stream) with { MaxOutputTokens = 5 });

        Assert.Equal(FinishReason.Length, steps[^1].Reason);
        Assert.InRange(Practice.UsageOf(steps).Output, 1, 5);
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task The_last_usage_counts_wherever_it_stands(string api)
    {
        foreach (var report in (UsageReport[])[UsageReport.Twice, UsageReport.BesideWords])
        {
            practice.Server.Next(new Script { Report = report });

            var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask());

            Assert.Equal(practice.Server.Calls[^1].Billed, Practice.UsageOf(steps));
            Assert.False(steps.Last(step => step.Kind == AnswerEventKind.Usage).Partial);
        }
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task A_usage_that_cannot_be_is_not_passed_on_as_the_last_word(string api, bool stream)
    {
        foreach (var report in (UsageReport[])[UsageReport.Absent, UsageReport.Impossible])
        {
            practice.Server.Next(new Script { Report = report });

            var steps = await Practice.AllAsync(practice.Provider(api), Practice.Ask(stream: stream));

            Assert.All(steps.Where(step => step.Kind == AnswerEventKind.Usage), step => Assert.True(step.Partial && step.Usage.IsPossible));
            Assert.Equal(AnswerEventKind.Finished, steps[^1].Kind);
        }
    }

    // Status, of money, what it means.
    public static readonly (int Status, bool Money, string Fault)[] Errors =
    [
        (400, false, nameof(Fault.Rejected)), (401, false, nameof(Fault.NotAllowed)), (404, false, nameof(Fault.NotAllowed)), (429, false, nameof(Fault.RateLimited)), (429, true, nameof(Fault.OutOfMoney)),
        (500, false, nameof(Fault.ServerError)), (503, false, nameof(Fault.Overloaded)), (504, false, nameof(Fault.TimedOut)),
    ];

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task An_error_is_named_for_what_is_to_be_done_about_it(string api)
    {
        var wrong = new List<string>();
        foreach (var (status, money, fault) in Errors)
        {
            practice.Server.Next(new Script { Status = status, Money = money, RetryAfterSeconds = status == 429 && !money ? 12 : null });

            var error = await Assert.ThrowsAsync<ProviderException>(() => Practice.AllAsync(practice.Provider(api), Practice.Ask()));

            var expected = (api, status) is ("anthropic", 503) ? nameof(Fault.ServerError) : (api is "openai" or "compatible" or "responses", status) is (true, 504) ? nameof(Fault.ServerError) : fault;
            if (error.Fault.ToString() != expected || error.Status != status) wrong.Add($"{status} money={money}: {error.Fault} {error.Status}");
            if (status == 429 && !money) Assert.Equal(TimeSpan.FromSeconds(12), error.RetryAfter);
            Assert.Equal(status == 504, error.MayHaveWorked);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Anthropic_has_words_of_its_own_for_money_and_for_overload()
    {
        (int Status, bool Money, Fault Fault)[] errors = [(400, true, Fault.OutOfMoney), (402, false, Fault.OutOfMoney), (529, false, Fault.Overloaded)];
        foreach (var (status, money, fault) in errors)
        {
            practice.Server.Next(new Script { Status = status, Money = money });

            Assert.Equal(fault, (await Assert.ThrowsAsync<ProviderException>(() => Practice.AllAsync(practice.Provider("anthropic"), Practice.Ask()))).Fault);
        }
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task An_answer_that_breaks_off_is_an_error_after_the_words_that_came(string api)
    {
        (Mishap Mishap, Fault Fault)[] mishaps =
        [
            (Mishap.End, Fault.Network), (Mishap.Close, Fault.Network), (Mishap.Reset, Fault.Network), (Mishap.BrokenJson, Fault.Malformed), (Mishap.HugeLine, Fault.Malformed), (Mishap.WebPage, Fault.Malformed),
        ];
        foreach (var (mishap, fault) in mishaps)
        {
            practice.Server.Next(new Script { Text = "one two three four", Mishap = mishap, After = 2 });
            var steps = new List<AnswerEvent>();

            var error = await Assert.ThrowsAsync<ProviderException>(async () =>
            {
                await foreach (var step in practice.Provider(api).AnswerAsync(Practice.ModelOf(api), Practice.Ask(), Guid.NewGuid(), TestContext.Current.CancellationToken)) steps.Add(step);
            });

            Assert.Equal((mishap, fault, true), (mishap, error.Fault, error.MayHaveWorked));
            Assert.Equal(mishap == Mishap.WebPage ? "" : "one two ", Practice.TextOf(steps));
        }
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task An_error_in_the_middle_of_an_answer_is_no_end(string api)
    {
        practice.Server.Next(new Script { Text = "one two three", Mishap = Mishap.Error, After = 1 });

        var error = await Assert.ThrowsAsync<ProviderException>(() => Practice.AllAsync(practice.Provider(api), Practice.Ask()));

        Assert.True(error.Fault is Fault.Overloaded or Fault.ServerError && error.MayHaveWorked);
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task A_provider_that_falls_silent_or_never_begins_is_given_up(string api)
    {
        var hurried = new WireTimeouts { FirstByte = TimeSpan.FromMilliseconds(200), Idle = TimeSpan.FromMilliseconds(200) };
        foreach (var script in (Script[])[new() { Mishap = Mishap.Silence, After = 1 }, new() { HeaderDelayMs = 600_000 }])
        {
            practice.Server.Next(script);

            var error = await Assert.ThrowsAsync<ProviderException>(() => Practice.AllAsync(practice.Provider(api, hurried), Practice.Ask()));

            Assert.Equal((Fault.TimedOut, true), (error.Fault, error.MayHaveWorked));
            await practice.Server.Calls[^1].Closed.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    [Theory, MemberData(nameof(Practice.ApisBothWays), MemberType = typeof(Practice))]
    public async Task Whoever_leaves_closes_the_providers_connection(string api, bool stream)
    {
        practice.Server.Next(stream ? new Script { Endless = true, TokenDelayMs = 1 } : new Script { HeaderDelayMs = 600_000 });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        if (!stream) leaving.CancelAfter(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var step in practice.Provider(api).AnswerAsync(Practice.ModelOf(api), Practice.Ask(stream: stream), Guid.NewGuid(), leaving.Token))
            {
                if (step.Kind == AnswerEventKind.Text) await leaving.CancelAsync();
            }
        });

        var call = practice.Server.Calls[^1];
        await call.Closed.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await call.Over.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(stream, call.Billed.Output > 0);
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task Leaving_the_loop_is_leaving_too(string api)
    {
        practice.Server.Next(new Script { Endless = true, TokenDelayMs = 1 });

        await foreach (var step in practice.Provider(api).AnswerAsync(Practice.ModelOf(api), Practice.Ask(), Guid.NewGuid(), TestContext.Current.CancellationToken))
        {
            if (step.Kind == AnswerEventKind.Text) break;
        }

        await practice.Server.Calls[^1].Closed.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task Nobody_at_the_address_may_not_have_worked(string api)
    {
        var error = await Assert.ThrowsAsync<ProviderException>(() => Practice.AllAsync(practice.Provider(api, address: new("http://127.0.0.1:1")), Practice.Ask()));

        Assert.Equal((Fault.Network, false), (error.Fault, error.MayHaveWorked));
    }

    [Theory, MemberData(nameof(Practice.Apis), MemberType = typeof(Practice))]
    public async Task A_connection_is_used_again_after_a_complete_answer(string api)
    {
        var provider = practice.Provider(api);
        for (var i = 0; i < 3; i++) await Practice.AllAsync(provider, Practice.Ask());

        Assert.All(practice.Server.Calls.TakeLast(3), call => Assert.Null(call.ClosedAt));
    }
}
