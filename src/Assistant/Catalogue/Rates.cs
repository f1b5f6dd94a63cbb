using System.Globalization;

namespace Outpost.Assistant.Catalogue;

/// <summary>What a million tokens of each bucket of <see cref="Usage"/> cost, in whole nano-dollars: 3.00 dollars are 3 000 000 000. None is negative.</summary>
internal sealed record Rates(long Input, long CacheRead, long CacheWrite5m, long CacheWrite1h, long Output, long Reasoning)
{
    public static Rates Free { get; } = new(0, 0, 0, 0, 0, 0);

    public bool IsFree => this == Free;

    /// <summary>In millionths of a nano-dollar, so that nothing is lost before the sum is rounded.</summary>
    internal Int128 Exact(Usage usage) =>
        ((Int128)usage.UncachedInput * Input) + ((Int128)usage.CacheRead * CacheRead) + ((Int128)usage.CacheWrite5m * CacheWrite5m)
        + ((Int128)usage.CacheWrite1h * CacheWrite1h) + ((Int128)usage.VisibleOutput * Output) + ((Int128)usage.Reasoning * Reasoning);

    /// <summary>The most that one million tokens of input can cost, given what may be written to a cache.</summary>
    internal long DearestInput(CacheLifetime cache)
    {
        var dearest = Math.Max(Input, CacheRead);
        if (cache >= CacheLifetime.FiveMinutes) dearest = Math.Max(dearest, CacheWrite5m);
        return cache == CacheLifetime.OneHour ? Math.Max(dearest, CacheWrite1h) : dearest;
    }

    internal long DearestOutput => Math.Max(Output, Reasoning);

    /// <summary>The same text for the same rates, for ever.</summary>
    internal string Canonical => string.Create(CultureInfo.InvariantCulture, $"{Input}/{CacheRead}/{CacheWrite5m}/{CacheWrite1h}/{Output}/{Reasoning}");

    /// <exception cref="FormatException">Not what <see cref="Canonical"/> writes.</exception>
    internal static Rates Parse(string canonical)
    {
        var parts = canonical.Split('/');
        if (parts.Length != 6) throw new FormatException($"'{canonical}' is no list of six rates.");

        var rates = Array.ConvertAll(parts, part => long.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture));
        return new(rates[0], rates[1], rates[2], rates[3], rates[4], rates[5]);
    }
}

/// <summary>Whether the provider is asked to keep what comes first in the input, which makes that input dearer once and cheaper afterwards.</summary>
internal enum CacheLifetime { None, FiveMinutes, OneHour }
