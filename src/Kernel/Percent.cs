namespace Outpost.Kernel;

/// <summary>A rate in millionths: 8.25 % is 82 500, 9.975 % is 99 750. Four decimals of a percent are exact.</summary>
public readonly record struct Percent(int Millionths)
{
    public static Percent Zero => default;

    /// <summary>The rate written as a percentage, 8.25 for 8.25 %.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than four decimals, or outside 0 to 100.</exception>
    public static Percent Of(decimal percentage)
    {
        var millionths = percentage * 10_000m;
        return percentage is >= 0 and <= 100 && millionths == decimal.Truncate(millionths)
            ? new((int)millionths)
            : throw new ArgumentOutOfRangeException(nameof(percentage), percentage, "A rate is 0 to 100 per cent with at most four decimals.");
    }

    /// <summary>The rate as it is written before the sign: 8.25.</summary>
    public decimal Percentage => Millionths / 10_000m;
}
