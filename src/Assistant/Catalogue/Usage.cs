namespace Outpost.Assistant.Catalogue;

/// <summary>
/// The tokens of one attempt in buckets that exclude each other, whatever the provider's own counts include: their sum is what is billed. None is negative.
/// </summary>
internal readonly record struct Usage
{
    /// <summary>Input that was neither read from nor written to a cache.</summary>
    public long UncachedInput { get; init; }

    public long CacheRead { get; init; }

    /// <summary>Input written to a cache that lives five minutes.</summary>
    public long CacheWrite5m { get; init; }

    /// <summary>Input written to a cache that lives an hour.</summary>
    public long CacheWrite1h { get; init; }

    /// <summary>Output that the caller got: text and calls of tools.</summary>
    public long VisibleOutput { get; init; }

    /// <summary>Output that the model thought and kept to itself.</summary>
    public long Reasoning { get; init; }

    public long Input => UncachedInput + CacheRead + CacheWrite5m + CacheWrite1h;

    public long Output => VisibleOutput + Reasoning;

    public long Total => Input + Output;

    public bool IsNothing => this == default;

    public bool IsPossible => UncachedInput >= 0 && CacheRead >= 0 && CacheWrite5m >= 0 && CacheWrite1h >= 0 && VisibleOutput >= 0 && Reasoning >= 0;

    public static Usage operator +(Usage a, Usage b) => new()
    {
        UncachedInput = a.UncachedInput + b.UncachedInput,
        CacheRead = a.CacheRead + b.CacheRead,
        CacheWrite5m = a.CacheWrite5m + b.CacheWrite5m,
        CacheWrite1h = a.CacheWrite1h + b.CacheWrite1h,
        VisibleOutput = a.VisibleOutput + b.VisibleOutput,
        Reasoning = a.Reasoning + b.Reasoning,
    };
}
