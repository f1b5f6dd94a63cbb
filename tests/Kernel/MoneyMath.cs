using FsCheck;
using FsCheck.Fluent;
using Outpost.Kernel;

namespace Outpost.Kernel.Tests;

public sealed class MoneyMath
{
    [Theory]
    [InlineData(1_00, 82_500, 8)]
    [InlineData(10, 50_000, 1)]
    [InlineData(30, 50_000, 2)]
    [InlineData(-30, 50_000, -2)]
    public void Half_a_cent_of_a_share_goes_away_from_zero(long cents, int millionths, long share) =>
        Assert.Equal(new Money(share), new Money(cents) * new Percent(millionths));

    [Theory]
    [InlineData(10_000, "1.01", 10_100)]
    [InlineData(333, "0.50", 167)]
    [InlineData(1, "0.50", 1)]
    public void A_line_is_rounded_once(long cents, string quantity, long total) =>
        Assert.Equal(new Money(total), new Money(cents) * Quantity.Of(decimal.Parse(quantity, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Parts_of_a_split_always_add_up() =>
        Prop.ForAll<int, PositiveInt>((cents, parts) =>
        {
            var split = new Money(cents).Split(parts.Get);
            return split.Aggregate(Money.Zero, (sum, part) => sum + part) == new Money(cents) && split.Max() - split.Min() <= new Money(1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_amount_too_large_to_hold_is_an_error_and_never_a_wrong_number() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue) + new Money(1));

    [Theory]
    [InlineData("1.005")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("100000000")]
    public void A_quantity_that_the_database_could_not_hold_exactly_is_refused(string amount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Quantity.Of(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));
}
