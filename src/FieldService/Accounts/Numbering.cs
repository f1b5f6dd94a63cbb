using System.Globalization;

namespace Outpost.FieldService.Accounts;

/// <summary>How the documents of a company are numbered.</summary>
public sealed record Numbering
{
    public NumberForm Invoice { get; init => field = value ?? new(); } = new();

    public NumberForm CreditNote { get; init => field = value ?? new(); } = new();
}

/// <summary>
/// How the numbers of one kind of document are written: <c>INV-0001</c>, or with a pattern <c>R{year}/{number}</c>. It is read when a number is taken; a number that was
/// given away stays as it is, and the count goes on whatever the pattern becomes.
/// </summary>
public sealed record NumberForm
{
    private const int LongestPattern = 30;
    private const int MostDigits = 12;

    /// <summary>What stands before the number; <c>INV-</c> or <c>CN-</c> when left out.</summary>
    public string? Prefix { get; init; }

    /// <summary>The whole with its places <c>{prefix}</c>, <c>{year}</c> and <c>{number}</c>; prefix and number when left out.</summary>
    public string? Pattern { get; init; }

    /// <summary>Shorter numbers get noughts in front.</summary>
    public int Digits { get; init; } = 4;

    /// <summary>The first number of each year on the company's calendar is 1 again. Then the year is part of the number.</summary>
    public bool RestartsYearly { get; init; }

    /// <summary>What is wrong with it, for whoever sets it; null when it can be used.</summary>
    public string? Fault()
    {
        if (Digits is < 1 or > MostDigits) return $"digits is 1 to {MostDigits}.";
        if (Prefix is { Length: > LongestPattern } || Pattern is { Length: > LongestPattern }) return $"prefix and pattern have at most {LongestPattern} characters.";
        if ($"{Prefix}{Pattern}".Any(char.IsControl)) return "prefix and pattern are printable.";
        if (Pattern is not null && !Pattern.Contains("{number}", StringComparison.Ordinal)) return "pattern has a place for {number}.";

        return RestartsYearly && Pattern is not null && !Pattern.Contains("{year}", StringComparison.Ordinal) ? "pattern has a place for {year} when numbers restart yearly." : null;
    }

    /// <summary>The number as it stands on the document. A form that makes no sense must not stop the company from working: the usual one is taken.</summary>
    /// <param name="usual">The prefix when none is set.</param>
    /// <param name="year">The year of the issue on the company's calendar.</param>
    internal string Written(string usual, int year, long number)
    {
        var form = Fault() is null ? this : new();
        return (form.Pattern ?? (form.RestartsYearly ? "{prefix}{year}-{number}" : "{prefix}{number}"))
            .Replace("{number}", number.ToString(new string('0', form.Digits), CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{year}", year.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{prefix}", form.Prefix ?? usual, StringComparison.Ordinal);
    }

    /// <summary>Which count a number of this form belongs to.</summary>
    internal string Series(string document, int year) => RestartsYearly && Fault() is null ? $"{document}:{year:0000}" : document;
}
