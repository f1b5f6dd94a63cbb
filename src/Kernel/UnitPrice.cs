using System.Globalization;

namespace Outpost.Kernel;

/// <summary>
/// What one unit costs, in ten-thousandths of the currency's unit: 33.3333 is 333 333. It is a price and no amount: nobody pays it by itself, so it is only
/// rounded to cents when it is multiplied.
/// </summary>
public readonly record struct UnitPrice(long TenThousandths)
{
    /// <exception cref="OverflowException">More than a price can hold: see that it is in range first.</exception>
    public static UnitPrice Of(Money price) => new(price.Cents * 100);

    /// <summary>The price in the currency's unit, 33.3333.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, more than four decimals, or more than a price can hold.</exception>
    public static UnitPrice Of(decimal amount) =>
        amount is >= 0 and <= long.MaxValue / 10_000m && amount * 10_000m is var exact && exact == decimal.Truncate(exact)
            ? new((long)exact)
            : throw new ArgumentOutOfRangeException(nameof(amount), amount, "A unit price is 0 or more and has at most four decimals.");

    public decimal Amount => TenThousandths / 10_000m;

    /// <summary>The nearest whole cents, half a cent away from zero: what somebody sees who knows no finer prices.</summary>
    public Money InCents => new((long)decimal.Round(TenThousandths / 100m, MidpointRounding.AwayFromZero));

    /// <summary>Price times quantity, rounded once, half a cent away from zero (EN 16931).</summary>
    public static Money operator *(UnitPrice price, Quantity quantity) =>
        new((long)decimal.Round((decimal)price.TenThousandths * quantity.Hundredths / 10_000m, MidpointRounding.AwayFromZero));

    /// <summary>At least two decimals, at most four: <c>"100.00"</c>, <c>"33.3333"</c>.</summary>
    public override string ToString() => Amount.ToString("0.00##", CultureInfo.InvariantCulture);
}
