using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Outpost.Assistant.Catalogue;

/// <summary>
/// What a model costs from a day on. It never changes: an edited price is another one, with another <see cref="Version"/>. <see cref="Canonical"/> holds all
/// of it, so that whoever keeps that text can compute every line again, long after the list of prices was edited.
/// </summary>
internal sealed record Price
{
    private const long Million = 1_000_000;

    private Price(string model, DateOnly from, Rates rates, IReadOnlyList<LongInput> above)
    {
        (Model, From, Rates, Above) = (model, from, rates, above);
        Canonical = string.Join(';', [$"{model}@{from:yyyy-MM-dd}", rates.Canonical, .. above.Select(step => string.Create(CultureInfo.InvariantCulture, $">{step.Tokens}={step.Rates.Canonical}"))]);
        Version = $"{model}@{from:yyyy-MM-dd}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical)).AsSpan(0, 6))}";
    }

    /// <summary>The name in the catalogue.</summary>
    public string Model { get; }

    /// <summary>The first day, in UTC, on which it holds.</summary>
    public DateOnly From { get; }

    public Rates Rates { get; }

    /// <summary>Dearer rates for long input, fewest tokens first. The whole request is billed at the rates of the highest step that its input is above.</summary>
    public IReadOnlyList<LongInput> Above { get; }

    /// <summary><c>claude-sonnet-4-5@2025-09-29#1f0c…</c>: unique for all that determines an amount.</summary>
    public string Version { get; }

    public string Canonical { get; }

    public bool IsFree => Rates.IsFree && Above.All(step => step.Rates.IsFree);

    public static Price Of(string model, DateOnly from, Rates rates, params IReadOnlyList<LongInput> above) => new(model, from, rates, [.. above.OrderBy(step => step.Tokens)]);

    /// <summary>The price that <see cref="Canonical"/> was written from.</summary>
    /// <exception cref="FormatException">It was written by something else.</exception>
    public static Price Parse(string canonical)
    {
        var parts = canonical.Split(';');
        var at = parts[0].LastIndexOf('@');
        if (parts.Length < 2 || at < 1) throw new FormatException("This is no canonical price.");

        return new(
            parts[0][..at], DateOnly.ParseExact(parts[0][(at + 1)..], "yyyy-MM-dd", CultureInfo.InvariantCulture), Rates.Parse(parts[1]),
            [.. parts[2..].Select(step => step.TrimStart('>').Split('=') is [var tokens, var rates]
                ? new LongInput(long.Parse(tokens, NumberStyles.None, CultureInfo.InvariantCulture), Rates.Parse(rates))
                : throw new FormatException("This is no canonical price."))]);
    }

    /// <summary>What the tokens cost: summed exactly, and rounded once, up to a whole nano-dollar.</summary>
    public Spend Of(Usage usage) => Rounded(RatesFor(usage.Input).Exact(usage));

    /// <summary>The most that a request can cost. It is never below <see cref="Of"/> of any usage within these two numbers.</summary>
    /// <param name="input">An upper bound of the input tokens.</param>
    /// <param name="output">The most tokens that the model may put out, thinking included.</param>
    public Spend Bound(long input, long output, CacheLifetime cache = CacheLifetime.None) =>
        Reachable(input).Select(rates => Rounded(((Int128)input * rates.DearestInput(cache)) + ((Int128)output * rates.DearestOutput))).Max();

    /// <summary>How much output <paramref name="spend"/> surely pays for; negative when it does not even pay for the input.</summary>
    public long OutputWithin(Spend spend, long input, CacheLifetime cache = CacheLifetime.None) => Reachable(input).Min(rates =>
    {
        var left = ((Int128)spend.NanoDollars * Million) - ((Int128)input * rates.DearestInput(cache));
        if (left < 0) return -1;
        return rates.DearestOutput == 0 ? long.MaxValue : (long)Int128.Min(long.MaxValue, left / rates.DearestOutput);
    });

    public override string ToString() => Version;

    public bool Equals(Price? other) => other is not null && Canonical == other.Canonical;

    public override int GetHashCode() => Canonical.GetHashCode(StringComparison.Ordinal);

    private Rates RatesFor(long input) => Above.LastOrDefault(step => input > step.Tokens)?.Rates ?? Rates;

    // Less input than the bound may fall on a lower step, and nothing says that a lower step is cheaper.
    private IEnumerable<Rates> Reachable(long input) => [Rates, .. Above.Where(step => input > step.Tokens).Select(step => step.Rates)];

    private static Spend Rounded(Int128 millionths) => new(checked((long)((millionths + (Million - 1)) / Million)));
}

/// <param name="Tokens">It holds for input of more tokens than this.</param>
internal sealed record LongInput(long Tokens, Rates Rates);
