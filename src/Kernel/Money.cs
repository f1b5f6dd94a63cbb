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

    /// <summary>
    /// Gives each weight its share of the amount. The shares always add up to it and none is larger than its weight while the amount is no larger than their
    /// sum: the odd cents go where most was cut off, of equals to the first.
    /// </summary>
    /// <param name="weights">None negative; when all are nothing, the first carries the whole.</param>
    /// <exception cref="ArgumentException">There is nobody to share with.</exception>
    public Money[] Share(IReadOnlyList<Money> weights)
    {
        if (weights.Count == 0) throw new ArgumentException("There is nobody to share with.", nameof(weights));

        var whole = weights.Aggregate(0m, (sum, weight) => sum + weight.Cents);
        if (whole == 0) return [this, .. weights.Skip(1).Select(_ => Zero)];

        var amount = Math.Abs((decimal)Cents);
        var parts = weights.Select((weight, place) => (Place: place, Exact: amount * weight.Cents, Cents: (long)decimal.Truncate(amount * weight.Cents / whole))).ToList();
        var odd = (long)amount - parts.Sum(part => part.Cents);
        var shares = parts.Select(part => part.Cents).ToArray();
        foreach (var part in parts.OrderByDescending(part => part.Exact - (part.Cents * whole)).ThenBy(part => part.Place).Take((int)odd)) shares[part.Place]++;
        var sign = Math.Sign(Cents);
        return [.. shares.Select(share => new Money(share * sign))];
    }

    /// <summary>The tax that is inside an amount which includes it: 19 % of a net amount is 19/119 of the gross one. Half a cent goes away from zero.</summary>
    public Money Within(Percent rate) => Rounded((decimal)Cents * rate.Millionths / (1_000_000m + rate.Millionths));

    public int CompareTo(Money other) => Cents.CompareTo(other.Cents);

    private static Money Rounded(decimal cents) => new((long)decimal.Round(cents, MidpointRounding.AwayFromZero));
}
