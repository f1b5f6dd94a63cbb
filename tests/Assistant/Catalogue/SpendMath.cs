using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Tests.Catalogue;

public sealed class SpendMath
{
    [Theory]
    [InlineData("1", 1_000_000_000)]
    [InlineData("0.000000001", 1)]
    [InlineData("50.00", 50_000_000_000)]
    public void Dollars_become_whole_nano_dollars(string dollars, long expected) =>
        Assert.Equal(expected, Spend.FromDollars(decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture)).NanoDollars);

    [Fact]
    public void A_tenth_of_a_nano_dollar_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Spend.FromDollars(0.0000000001m));

    [Fact]
    public void A_sum_too_large_is_an_error_and_never_wraps() => Assert.Throws<OverflowException>(() => new Spend(long.MaxValue) + new Spend(1));

    [Fact]
    public void It_is_written_in_dollars() => Assert.Equal(["1.00", "0.000450125"], new[] { new Spend(1_000_000_000).ToString(), new Spend(450_125).ToString() });
}
