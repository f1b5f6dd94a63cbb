using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Assistant.Routing;
using Outpost.Kernel;

namespace Outpost.Assistant.Tests.Routing;

public sealed class MakingEmbeddings
{
    private const string Models = Desk.Models + "\n  google-vectors: { provider: google, context: 2000, use: embedding, prices: [ { from: 2025-01-01, input: 0.15, output: 0 } ] }\n";

    private static readonly string[] Texts = ["the pump leaks", "the pump drips", "an invoice from March"];

    [Theory]
    [InlineData("vectors", false)]
    [InlineData("google-vectors", true)]
    public async Task Gives_a_vector_for_each_text_and_books_it(string model, bool counted)
    {
        await using var desk = await Desk.OpenAsync(models: Models);

        var answer = await desk.Router.EmbedAsync(desk.Router.PlanEmbedding(model, Texts), 64, desk.Notes, TestContext.Current.CancellationToken);

        Assert.Equal((3, 64, model, counted), (answer.Vectors.Count, answer.Vectors[0].Length, answer.Model, answer.Counted));
        Assert.True(Near(answer.Vectors[0], answer.Vectors[1]) > Near(answer.Vectors[0], answer.Vectors[2]));
        var (attempt, end) = Assert.Single(desk.Notes.Ended);
        Assert.Equal(desk.Server.Calls[0].Billed, end.Usage);
        Assert.True(attempt.Leg.Price.Of(end.Usage) <= attempt.Leg.Bound && end.Outcome == AttemptOutcome.Answered);
    }

    [Fact]
    public async Task Trouble_is_tried_once_more_and_money_is_not()
    {
        await using var desk = await Desk.OpenAsync(models: Models);
        var plan = desk.Router.PlanEmbedding("vectors", Texts);

        desk.Server.Next(new Script { Status = 500 });
        await desk.Router.EmbedAsync(plan, null, desk.Notes, TestContext.Current.CancellationToken);
        Assert.Equal([AttemptOutcome.Failed, AttemptOutcome.Answered], desk.Notes.Ended.Select(one => one.End.Outcome));

        desk.Server.Next(new Script { Status = 429, Money = true });
        Assert.Equal(Fault.OutOfMoney, (await Assert.ThrowsAsync<ProviderException>(() => desk.Router.EmbedAsync(plan, null, desk.Notes, TestContext.Current.CancellationToken))).Fault);
        Assert.Equal(3, desk.Server.Calls.Count);
    }

    [Fact]
    public async Task A_model_that_answers_messages_makes_none()
    {
        await using var desk = await Desk.OpenAsync(models: Models);

        Assert.Equal("MODEL_CANNOT", Assert.Throws<RuleException>(() => desk.Router.PlanEmbedding("first", Texts)).Code);
    }

    private static double Near(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
