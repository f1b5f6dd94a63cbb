using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Routing;
using Outpost.Kernel;

namespace Outpost.Assistant.Tests.Routing;

public sealed class AskingAModel
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_names_its_model_and_carries_what_the_provider_bills()
    {
        await using var desk = await Desk.OpenAsync();

        var steps = await desk.AnswerAsync();

        Assert.Equal((AnswerEventKind.Started, "first"), (steps[0].Kind, steps[0].Name));
        Assert.Equal(PracticeProvider.Sentence, string.Concat(steps.Where(step => step.Kind == AnswerEventKind.Text).Select(step => step.Text)));
        var (attempt, end) = Assert.Single(desk.Notes.Ended);
        var call = Assert.Single(desk.Server.Calls);
        Assert.Equal(call.Billed, end.Usage);
        Assert.Equal((call.Billed, false), (steps[^1].Usage, steps[^1].Counted));
        Assert.Equal((AttemptOutcome.Answered, false, false), (end.Outcome, end.Counted, end.ExceedsBound));
        Assert.Equal(attempt.Id.ToString(), call.RequestId);
        Assert.Equal(500, call.MaxOutput);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(529)]
    public async Task A_provider_in_trouble_is_asked_once_more_and_then_another_is(int status)
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { Status = status }, new Script { Status = status });

        var steps = await desk.AnswerAsync();

        Assert.Equal("second", steps[0].Name);
        Assert.Equal(["first", "first", "second"], desk.Notes.Ended.Select(one => one.Attempt.Leg.Model.Name));
        Assert.Equal([1, 2, 3], desk.Notes.Ended.Select(one => one.Attempt.Number));
        Assert.All(desk.Notes.Ended.Take(2), one => Assert.Equal((AttemptOutcome.Failed, true, false), (one.End.Outcome, one.End.Usage.IsNothing, one.End.Counted)));
    }

    [Fact]
    public async Task A_rate_limit_is_waited_for_as_long_as_the_provider_says()
    {
        var clock = new SteppingClock();
        await using var desk = await Desk.OpenAsync(clock: clock);
        desk.Server.Next(new Script { Status = 429, RetryAfterSeconds = 2 });

        var steps = await desk.AnswerAsync();

        Assert.Equal("first", steps[0].Name);
        Assert.Equal([Fault.RateLimited, null], desk.Notes.Ended.Select(one => one.End.Fault));
        Assert.Contains(TimeSpan.FromSeconds(2), clock.Waits);
    }

    [Fact]
    public async Task A_long_rate_limit_is_not_waited_for_while_another_stands_by()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { Status = 429, RetryAfterSeconds = 30 });

        var steps = await desk.AnswerAsync();

        Assert.Equal("second", steps[0].Name);
        Assert.Equal(2, desk.Notes.Ended.Count);
    }

    [Fact]
    public async Task An_empty_account_is_not_asked_again_and_does_not_open_the_breaker()
    {
        await using var desk = await Desk.OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            desk.Server.Next(new Script { Status = 429, Money = true });
            Assert.Equal("second", (await desk.AnswerAsync())[0].Name);
        }

        Assert.Equal(12, desk.Notes.Ended.Count);
        Assert.All(desk.Router.States(), one => Assert.Equal(BreakerState.Closed, one.State));
    }

    [Fact]
    public async Task A_request_that_is_refused_is_asked_of_nobody_else()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { Status = 400 });

        var error = await Assert.ThrowsAsync<ProviderException>(() => desk.AnswerAsync());

        Assert.Equal((Fault.Rejected, false), (error.Fault, error.AfterFirstToken));
        Assert.Single(desk.Server.Calls);
    }

    [Fact]
    public async Task After_the_first_word_nobody_else_answers()
    {
        await using var desk = await Desk.OpenAsync();
        foreach (var mishap in (Mishap[])[Mishap.End, Mishap.Close, Mishap.Reset, Mishap.Error, Mishap.BrokenJson])
        {
            desk.Server.Next(new Script { Text = "one two three", Mishap = mishap, After = 2 });
            var text = "";

            var error = await Assert.ThrowsAsync<ProviderException>(async () =>
            {
                await foreach (var step in desk.Router.AnswerAsync(desk.Router.Plan("first", Desk.Ask()), desk.Notes, Ct)) text += step.Text;
            });

            var (_, end) = desk.Notes.Ended[^1];
            var call = desk.Server.Calls[^1];
            Assert.Equal(("one two ", true), (text, error.AfterFirstToken));
            Assert.Equal((AttemptOutcome.Cut, true), (end.Outcome, end.Counted));
            Assert.Equal(call.Billed, end.Usage);
        }

        Assert.Equal(desk.Server.Calls.Count, desk.Notes.Ended.Count);
    }

    [Fact]
    public async Task What_broke_before_the_first_word_is_booked_and_another_answers()
    {
        await using var desk = await Desk.OpenAsync(new() { TriesPerLeg = 1 });
        foreach (var mishap in (Mishap[])[Mishap.End, Mishap.Close, Mishap.Reset, Mishap.Error])
        {
            desk.Server.Next(new Script { Mishap = mishap, After = 0 });

            var steps = await desk.AnswerAsync();

            Assert.Equal("second", steps[0].Name);
            var (_, end) = desk.Notes.Ended[^2];
            Assert.Equal((AttemptOutcome.Failed, true), (end.Outcome, end.Counted));
            Assert.Equal(desk.Server.Calls[^2].Billed, end.Usage);
        }
    }

    [Fact]
    public async Task A_silent_provider_gives_way_to_another()
    {
        await using var desk = await Desk.OpenAsync(timeouts: new() { FirstByte = TimeSpan.FromMilliseconds(200), Idle = TimeSpan.FromSeconds(60) });
        desk.Server.Next(new Script { HeaderDelayMs = 600_000 });

        var steps = await desk.AnswerAsync();

        Assert.Equal("second", steps[0].Name);
        Assert.Equal((Fault.TimedOut, true), (desk.Notes.Ended[0].End.Fault, desk.Notes.Ended[0].End.Counted));
    }

    [Fact]
    public async Task One_deadline_stands_over_all_attempts()
    {
        await using var desk = await Desk.OpenAsync(new() { Deadline = TimeSpan.FromMilliseconds(400), Pause = TimeSpan.FromMilliseconds(1) });
        desk.Server.Usually = new() { HeaderDelayMs = 600_000 };

        var error = await Assert.ThrowsAsync<ProviderException>(() => desk.AnswerAsync());

        Assert.Equal(Fault.TimedOut, error.Fault);
        Assert.Single(desk.Notes.Ended);
    }

    [Theory]
    [InlineData(nameof(UsageReport.Absent))]
    [InlineData(nameof(UsageReport.Impossible))]
    [InlineData(nameof(UsageReport.Zero))]
    public async Task A_usage_that_is_missing_or_cannot_be_is_counted_and_flagged(string said)
    {
        var report = Enum.Parse<UsageReport>(said);
        await using var desk = await Desk.OpenAsync();
        foreach (var model in (string[])["first", "second", "third"])
        {
            desk.Server.Next(new Script { Report = report });

            var steps = await desk.AnswerAsync(model);

            Assert.True(steps[^1].Counted);
            Assert.Equal((model, desk.Server.Calls[^1].Billed.Input, desk.Server.Calls[^1].Billed.Output), (model, steps[^1].Usage.Input, steps[^1].Usage.Output));
            Assert.True(desk.Notes.Ended[^1].End.Counted);
        }
    }

    [Fact]
    public async Task A_caller_who_leaves_is_booked_with_what_was_seen_and_nobody_else_is_asked()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { Text = "one two three", Mishap = Mishap.Silence, After = 2 });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var step in desk.Router.AnswerAsync(desk.Router.Plan("first", Desk.Ask()), desk.Notes, leaving.Token))
            {
                if (step.Text == "two ") await leaving.CancelAsync();
            }
        });

        var call = Assert.Single(desk.Server.Calls);
        await call.Closed.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        await call.Over.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        var (_, end) = Assert.Single(desk.Notes.Ended);
        Assert.Equal((AttemptOutcome.Cancelled, true), (end.Outcome, end.Counted));
        Assert.Equal(call.Billed, end.Usage);
    }

    [Fact]
    public async Task A_caller_who_stops_reading_is_booked_too()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { Endless = true, TokenDelayMs = 1 });

        await foreach (var step in desk.Router.AnswerAsync(desk.Router.Plan("first", Desk.Ask()), desk.Notes, Ct))
        {
            if (step.Kind == AnswerEventKind.Text) break;
        }

        Assert.Equal(AttemptOutcome.Cancelled, Assert.Single(desk.Notes.Ended).End.Outcome);
        await desk.Server.Calls[0].Closed.WaitAsync(TimeSpan.FromSeconds(60), Ct);
    }

    [Fact]
    public async Task What_the_log_refuses_is_never_sent()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Notes.Refuse = attempt => attempt.Number == 2 ? new LimitException("BUDGET_EXCEEDED", "No more.", TimeSpan.FromMinutes(1)) : null;
        desk.Server.Next(new Script { Status = 500 });

        var refusal = await Assert.ThrowsAsync<LimitException>(() => desk.AnswerAsync());

        Assert.Equal("BUDGET_EXCEEDED", refusal.Code);
        Assert.Single(desk.Server.Calls);
        Assert.Single(desk.Notes.Ended);
    }

    [Fact]
    public async Task An_answer_that_does_not_end_is_cut_by_the_deadline_and_counts_no_more_than_was_allowed()
    {
        await using var desk = await Desk.OpenAsync(new() { Deadline = TimeSpan.FromSeconds(1) });
        desk.Server.Next(new Script { Endless = true });

        var error = await Assert.ThrowsAsync<ProviderException>(() => desk.AnswerAsync());

        Assert.Equal((Fault.TimedOut, true), (error.Fault, error.AfterFirstToken));
        var (attempt, end) = Assert.Single(desk.Notes.Ended);
        Assert.True(end.Usage.Output <= attempt.Leg.MaxOutput && !end.ExceedsBound);
        Assert.True(attempt.Leg.Price.Of(end.Usage) <= attempt.Leg.Bound);
    }
}

public sealed class ABreaker
{
    [Fact]
    public async Task Opens_after_five_failures_lets_one_try_after_half_a_minute_and_closes_when_that_answers()
    {
        var clock = new SteppingClock();
        await using var desk = await Desk.OpenAsync(new() { TriesPerLeg = 1, Pause = TimeSpan.FromMilliseconds(1) }, clock: clock);
        for (var i = 0; i < 5; i++)
        {
            desk.Server.Next(new Script { Status = 529 });
            await desk.AnswerAsync();
        }

        Assert.Equal(BreakerState.Open, StateOf(desk));
        var asked = desk.Server.Calls.Count;
        Assert.Equal("second", (await desk.AnswerAsync())[0].Name);
        Assert.Equal(asked + 1, desk.Server.Calls.Count);

        clock.Step(TimeSpan.FromSeconds(31));
        Assert.Equal(BreakerState.HalfOpen, StateOf(desk));
        desk.Server.Next(new Script { Status = 529 });
        Assert.Equal("second", (await desk.AnswerAsync())[0].Name);
        Assert.Equal(BreakerState.Open, StateOf(desk));

        clock.Step(TimeSpan.FromSeconds(31));
        Assert.Equal("first", (await desk.AnswerAsync())[0].Name);
        Assert.Equal(BreakerState.Closed, StateOf(desk));
    }

    [Fact]
    public void Lets_in_one_at_a_time_while_half_open()
    {
        var clock = new SteppingClock();
        var breaker = new Breaker(clock);
        for (var i = 0; i < 5; i++) breaker.Failed();
        clock.Step(TimeSpan.FromSeconds(31));

        Assert.Equal([true, false, false], [breaker.TryEnter(), breaker.TryEnter(), breaker.TryEnter()]);

        breaker.Abstained();
        Assert.True(breaker.TryEnter());
    }

    [Fact]
    public void Failures_with_an_answer_between_them_do_not_open_it()
    {
        var breaker = new Breaker(new SteppingClock());
        for (var i = 0; i < 20; i++)
        {
            breaker.Failed();
            if (i % 4 == 3) breaker.Succeeded();
        }

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    private static BreakerState StateOf(Desk desk) => desk.Router.States().First(one => one.Model.Name == "first").State;
}

public sealed class ChoosingAModel
{
    [Theory]
    [InlineData("auto", "first")]
    [InlineData("auto:quality", "second")]
    [InlineData("auto:cost", "third")]
    [InlineData("auto:speed", "third")]
    public async Task Each_strategy_has_its_favourite(string model, string chosen)
    {
        await using var desk = await Desk.OpenAsync();

        var plan = desk.Router.Plan(model, Desk.Ask());

        Assert.Equal(chosen, plan.Legs[0].Model.Name);
        Assert.Equal(3, plan.Legs.Count);
    }

    [Fact]
    public async Task Speed_is_what_was_measured()
    {
        await using var desk = await Desk.OpenAsync();
        desk.Server.Next(new Script { HeaderDelayMs = 300 });
        await desk.AnswerAsync("third");
        await desk.AnswerAsync("second");

        Assert.Equal("second", desk.Router.Plan("auto:speed", Desk.Ask()).Legs[0].Model.Name);
    }

    [Fact]
    public async Task Only_those_who_can_are_asked()
    {
        await using var desk = await Desk.OpenAsync();
        var picture = Desk.Ask() with { Messages = [new(Speaker.User, [new TextPart("What is this?"), new ImagePart("image/png", new byte[] { 1 })])] };

        Assert.Equal("second", Assert.Single(desk.Router.Plan("auto", picture).Legs).Model.Name);
        Assert.Equal("MODEL_CANNOT", Assert.Throws<RuleException>(() => desk.Router.Plan("first", picture)).Code);
    }

    [Theory]
    [InlineData("gpt-99", "MODEL_UNKNOWN")]
    [InlineData("auto:luck", "MODEL_UNKNOWN")]
    [InlineData("unpriced", "PRICE_UNKNOWN")]
    [InlineData("vectors", "MODEL_CANNOT")]
    public async Task What_cannot_be_asked_is_refused_before_anything_is_sent(string model, string code)
    {
        await using var desk = await Desk.OpenAsync();

        Assert.Equal(code, Assert.Throws<RuleException>(() => desk.Router.Plan(model, Desk.Ask())).Code);
        Assert.Empty(desk.Server.Calls);
    }

    [Fact]
    public async Task A_name_that_is_not_there_is_not_repeated_but_a_near_one_is_named()
    {
        await using var desk = await Desk.OpenAsync();

        Assert.Contains("second is probably meant", Assert.Throws<RuleException>(() => desk.Router.Plan("Secund", Desk.Ask())).Message, StringComparison.Ordinal);
        var refusal = Assert.Throws<RuleException>(() => desk.Router.Plan("my secret", Desk.Ask()));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("probably", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_it_says_which_one_to_set()
    {
        await using var desk = await Desk.OpenAsync();
        var keyless = new ProviderSet(desk.Settings.With((ProviderSet.PracticeSetting, "")), new(), TimeProvider.System);
        var router = new Router(desk.Live, keyless, desk.Telemetry, new(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Router>.Instance);

        var refusal = Assert.Throws<RuleException>(() => router.Plan("first", Desk.Ask()));
        Assert.Equal("PROVIDER_NOT_CONFIGURED", refusal.Code);
        Assert.Contains("ANTHROPIC_API_KEY", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("PROVIDER_NOT_CONFIGURED", Assert.Throws<RuleException>(() => router.Plan("auto", Desk.Ask())).Code);
    }

    [Fact]
    public async Task A_smaller_output_makes_a_smaller_bound_and_what_fits_really_fits()
    {
        await using var desk = await Desk.OpenAsync();
        var plan = desk.Router.Plan("first", Desk.Ask());
        var tight = new Spend(plan.Bound.NanoDollars / 2);

        var fits = plan.OutputWithin(tight);

        Assert.True(plan.WithMaxOutput((int)fits).Bound <= tight);
        Assert.True(plan.WithMaxOutput((int)fits + 1).Bound > tight);
    }
}
