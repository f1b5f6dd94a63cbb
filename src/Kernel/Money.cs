namespace Outpost.Kernel;

/// <summary>An amount in the account's currency, held as whole cents. Arithmetic overflows loudly; there is no way in or out through <see cref="decimal"/>.</summary>
public readonly record struct Money(long Cents) : IComparable<Money>
{
    public static Money Zero => default;

    public static Money operator +(Money a, Money b) => new(a.Cents + b.Cents);
    public static Money operator -(Money a, Money b) => new(a.Cents - b.Cents);
    public static bool operator <(Money a, Money b) => a.Cents < b.Cents;
    public static bool operator >(Money a, Money b) => a.Cents > b.Cents;
    public static bool operator <=(Money a, Money b) => a.Cents <= b.Cents;
    public static bool operator >=(Money a, Money b) => a.Cents >= b.Cents;

    /// <summary>A unit price times a quantity, rounded half away from zero to a whole cent (EN 16931).</summary>
    public static Money operator *(Money unitPrice, Quantity quantity) => Rounded(unitPrice.Cents * (decimal)quantity.Hundredths / 100m);

    /// <summary>A share of this amount; half a cent goes away from zero.</summary>
    public static Money operator *(Money amount, Percent rate) => Rounded(amount.Cents * (decimal)rate.Millionths / 1_000_000m);

    /// <summary>Splits the amount so that the parts always add up to it; the first parts carry the odd cents.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="parts"/> is not positive.</exception>
    public Money[] Split(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts);
        var (share, rest) = Math.DivRem(Cents, parts);
        return [.. Enumerable.Range(0, parts).Select(i => new Money(share + (i < Math.Abs(rest) ? Math.Sign(rest) : 0)))];
    }

    public int CompareTo(Money other) => Cents.CompareTo(other.Cents);

    private static Money Rounded(decimal cents) => new((long)decimal.Round(cents, MidpointRounding.AwayFromZero));
}
