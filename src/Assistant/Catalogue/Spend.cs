using System.Globalization;

namespace Outpost.Assistant.Catalogue;

/// <summary>
/// What models cost, in whole nano-dollars: one dollar is 1 000 000 000. A different thing from the company's <c>Money</c>, which is in cents of its own currency.
/// Arithmetic overflows loudly; a line is rounded once, up (see <see cref="Price"/>).
/// </summary>
public readonly record struct Spend(long NanoDollars) : IComparable<Spend>
{
    private const decimal NanoDollarsPerDollar = 1_000_000_000m;

    public static Spend Zero => default;

    public decimal Dollars => NanoDollars / NanoDollarsPerDollar;

    public static Spend operator +(Spend a, Spend b) => new(a.NanoDollars + b.NanoDollars);
    public static Spend operator -(Spend a, Spend b) => new(a.NanoDollars - b.NanoDollars);
    public static bool operator <(Spend a, Spend b) => a.NanoDollars < b.NanoDollars;
    public static bool operator >(Spend a, Spend b) => a.NanoDollars > b.NanoDollars;
    public static bool operator <=(Spend a, Spend b) => a.NanoDollars <= b.NanoDollars;
    public static bool operator >=(Spend a, Spend b) => a.NanoDollars >= b.NanoDollars;

    /// <summary>An amount in dollars: 1.00, 0.000000001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than nine decimals, or more than a nano-dollar count can hold.</exception>
    public static Spend FromDollars(decimal dollars) =>
        dollars is >= long.MinValue / NanoDollarsPerDollar and <= long.MaxValue / NanoDollarsPerDollar
        && dollars * NanoDollarsPerDollar is var exact && exact == decimal.Truncate(exact)
            ? new((long)exact)
            : throw new ArgumentOutOfRangeException(nameof(dollars), dollars, "A spend is a whole number of nano-dollars.");

    public static Spend Max(Spend a, Spend b) => a >= b ? a : b;

    public int CompareTo(Spend other) => NanoDollars.CompareTo(other.NanoDollars);

    /// <summary>Dollars with all that is there, two decimals at least: <c>1.00</c>, <c>0.000450125</c>.</summary>
    public override string ToString() => Dollars.ToString("0.00#######", CultureInfo.InvariantCulture);
}
