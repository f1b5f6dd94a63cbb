using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

/// <summary>What a company charges when an invoice is not paid in time. It charges nothing unless it says so.</summary>
public sealed record LateFeePolicy
{
    public IReadOnlyList<LateFeeStage> Stages { get; init => field = value ?? []; } = [];
}

/// <summary>From the day that is so many days after the due day on: a share of what is open then, or a fixed amount.</summary>
public sealed record LateFeeStage
{
    private const int Longest = 3650;
    private const long Most = 99_999_999_999;

    public int DaysAfterDue { get; init; }

    public Percent? Percent { get; init; }

    public Money? FixedCents { get; init; }

    /// <summary>What is wrong with it, for whoever sets it; null when it can be used.</summary>
    public string? Fault() =>
        DaysAfterDue is < 1 or > Longest ? $"days_after_due is 1 to {Longest}."
        : Percent is null == FixedCents is null ? "A stage has either percent or fixed_cents."
        : FixedCents is { Cents: < 1 or > Most } ? $"fixed_cents is 1 to {Most}."
        : null;

    /// <param name="open">What is open on the invoice.</param>
    internal Money Of(Money open) => FixedCents ?? open * Percent!.Value;
}
