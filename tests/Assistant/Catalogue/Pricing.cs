using FsCheck;
using FsCheck.Fluent;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Tests.Catalogue;

public sealed class Pricing
{
    private static readonly DateOnly Day = new(2026, 1, 1);

    [Fact]
    public void A_line_is_summed_exactly_and_rounded_once_up()
    {
        // 0.075 and 0.0375 dollars for a million: 75 and 37.5 nano-dollars for one.
        var price = Price.Of("m", Day, new(75_000_000, 37_500_000, 0, 0, 300_000_000, 300_000_000));

        Assert.Equal(new Spend(75 + 38), price.Of(new() { UncachedInput = 1, CacheRead = 1 }));
        Assert.Equal(new Spend(75), price.Of(new() { CacheRead = 2 }));
        Assert.Equal(new Spend(300_000_000), price.Of(new() { VisibleOutput = 400_000, Reasoning = 600_000 }));
        Assert.Equal(Spend.Zero, price.Of(default));
    }

    [Fact]
    public void Long_input_makes_the_whole_request_dearer()
    {
        var price = Price.Of("m", Day, Flat(1_250_000_000, 10_000_000_000), new LongInput(200_000, Flat(2_500_000_000, 15_000_000_000)));

        Assert.Equal(250_000_000 + 10_000, price.Of(new() { UncachedInput = 200_000, VisibleOutput = 1 }).NanoDollars);
        Assert.Equal(500_002_500 + 15_000, price.Of(new() { UncachedInput = 150_000, CacheRead = 50_001, VisibleOutput = 1 }).NanoDollars);
    }

    [Fact]
    public void A_price_is_known_again_by_what_it_wrote_and_every_difference_is_another_version()
    {
        var price = Price.Of("m@x", Day, new(1, 2, 3, 4, 5, 6), new LongInput(10, new(6, 5, 4, 3, 2, 1)), new LongInput(5, Flat(9, 9)));

        Assert.Equal(price, Price.Parse(price.Canonical));
        Assert.Equal(price.Version, Price.Parse(price.Canonical).Version);
        Assert.NotEqual(price.Version, Price.Of("m@x", Day, new(1, 2, 3, 4, 5, 7), price.Above).Version);
        Assert.Throws<FormatException>(() => Price.Parse("nonsense"));
    }

    // The heart of every limit: whatever the provider counts within the bounds, it costs no more than was held.
    [Fact]
    public void The_bound_is_never_below_what_is_billed()
    {
        var rates = Gen.Choose(0, 100_000).Select(n => n * 1_000_000L);
        var all = from a in rates from b in rates from c in rates from d in rates from e in rates from f in rates select new Rates(a, b, c, d, e, f);
        var cases = from low in all
                    from high in all
                    from step in Gen.Choose(1, 3_000)
                    from parts in Gen.Choose(0, 2_000).ListOf(6)
                    from spare in Gen.Choose(0, 500).ListOf(2)
                    from cache in Gen.Elements(CacheLifetime.None, CacheLifetime.FiveMinutes, CacheLifetime.OneHour)
                    select (Price: Price.Of("m", Day, low, new LongInput(step, high)), parts, spare, cache);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var usage = new Usage
            {
                UncachedInput = one.parts[0],
                CacheRead = one.parts[1],
                CacheWrite5m = one.cache >= CacheLifetime.FiveMinutes ? one.parts[2] : 0,
                CacheWrite1h = one.cache == CacheLifetime.OneHour ? one.parts[3] : 0,
                VisibleOutput = one.parts[4],
                Reasoning = one.parts[5],
            };
            var bound = one.Price.Bound(usage.Input + one.spare[0], usage.Output + one.spare[1], one.cache);
            return one.Price.Of(usage) <= bound;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_a_spend_pays_for_fits_into_it_and_one_token_more_does_not()
    {
        var cases = from input in Gen.Choose(0, 100_000) from rate in Gen.Choose(1, 100_000) from spend in Gen.Choose(0, 2_000_000_000) select (input, rate, spend);

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var price = Price.Of("m", Day, Flat(one.rate * 10_000L, one.rate * 50_000L), new LongInput(50_000, Flat(one.rate * 20_000L, one.rate * 60_000L)));
            var output = price.OutputWithin(new(one.spend), one.input);
            return output < 0
                ? price.Bound(one.input, 0) > new Spend(one.spend)
                : price.Bound(one.input, output) <= new Spend(one.spend) && price.Bound(one.input, output + 1) > new Spend(one.spend);
        }).QuickCheckThrowOnFailure();
    }

    private static Rates Flat(long input, long output) => new(input, input, input, input, output, output);
}
