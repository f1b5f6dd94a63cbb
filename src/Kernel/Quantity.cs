using System.Globalization;

namespace Outpost.Kernel;

/// <summary>How much of something, in hundredths: 1.5 hours is 150. What is multiplied is exactly what is stored.</summary>
public readonly record struct Quantity(long Hundredths)
{
    /// <summary>Largest quantity a line can hold: numeric(10,2) in the published schema.</summary>
    public const decimal Most = 99_999_999.99m;

    /// <exception cref="ArgumentOutOfRangeException">Not positive, more than two decimals, or more than <see cref="Most"/>.</exception>
    public static Quantity Of(decimal amount)
    {
        var hundredths = amount * 100m;
        return amount is > 0 and <= Most && hundredths == decimal.Truncate(hundredths)
            ? new((long)hundredths)
            : throw new ArgumentOutOfRangeException(nameof(amount), amount, "A quantity is positive and has at most two decimals.");
    }

    public decimal Amount => Hundredths / 100m;

    /// <summary>Always two decimals, as the published API writes it: <c>"1.50"</c>.</summary>
    public override string ToString() => Amount.ToString("0.00", CultureInfo.InvariantCulture);
}
