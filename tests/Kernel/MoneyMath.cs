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

    [Fact]
    public void Shares_add_up_follow_their_weights_and_never_exceed_them() =>
        Prop.ForAll<NonEmptyArray<NonNegativeInt>, NonNegativeInt>((weights, part) =>
        {
            Money[] all = [.. weights.Get.Select(weight => new Money(weight.Get))];
            var whole = all.Sum(weight => weight.Cents);
            var amount = new Money(whole == 0 ? 0 : part.Get % (whole + 1));
            var shares = amount.Share(all);
            return shares.Sum(share => share.Cents) == amount.Cents
                && shares.Zip(all).All(pair => pair.First >= Money.Zero && pair.First <= pair.Second)
                && (whole == 0 || shares.Zip(all).All(pair => Math.Abs(pair.First.Cents - ((decimal)amount.Cents * pair.Second.Cents / whole)) < 1m))
                && (Money.Zero - amount).Share(all).Sum(share => share.Cents) == -amount.Cents;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(119_00, 190_000, 19_00)]
    [InlineData(1_00, 190_000, 16)]
    [InlineData(3, 1_000_000, 2)]
    [InlineData(-3, 1_000_000, -2)]
    [InlineData(1_00, 0, 0)]
    public void The_tax_inside_an_amount_is_its_part_of_the_whole(long cents, int millionths, long tax) =>
        Assert.Equal(new Money(tax), new Money(cents).Within(new Percent(millionths)));

    [Theory]
    [InlineData("33.3333", "3", 100_00)]
    [InlineData("0.0049", "1", 0)]
    [InlineData("0.0050", "1", 1)]
    [InlineData("0.0001", "99999999.99", 1_000_000)]
    [InlineData("12.3456", "2.5", 30_86)]
    public void A_price_of_four_decimals_is_rounded_only_with_its_quantity(string price, string quantity, long cents) =>
        Assert.Equal(new Money(cents), UnitPrice.Of(Number(price)) * Quantity.Of(Number(quantity)));

    [Theory]
    [InlineData("33.3333", "33.3333", 33_33)]
    [InlineData("33.335", "33.335", 33_34)]
    [InlineData("100", "100.00", 100_00)]
    public void A_price_is_written_with_two_to_four_decimals_and_seen_in_whole_cents(string price, string written, long cents) =>
        Assert.Equal((written, new Money(cents)), (UnitPrice.Of(Number(price)).ToString(), UnitPrice.Of(Number(price)).InCents));

    [Theory]
    [InlineData("0.00001")]
    [InlineData("-1")]
    [InlineData("922337203685477.5808")]
    public void What_is_no_price_is_refused(string price) => Assert.Throws<ArgumentOutOfRangeException>(() => UnitPrice.Of(Number(price)));

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
