using Outpost.Kernel;

namespace Outpost.FieldService.Estimates;

/// <summary>What is asked for before the work begins: a share of the total or an amount, never more than the total.</summary>
internal static class Deposit
{
    /// <returns>Null when nothing is asked for.</returns>
    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Money? Of(Percent? share, Money? amount, Money total)
    {
        if (share is { } percent) return amount is null || amount == total * percent ? total * percent : throw EstimateRules.TwoDeposits();

        return amount is not { } cents || (cents >= Money.Zero && cents <= total) ? amount : throw EstimateRules.DepositOutOfRange(total);
    }

    /// <summary>The same when the client has chosen: a share is of what was chosen, an amount stays while that is as much.</summary>
    public static Money? After(Percent? share, Money? asked, Money total) => share is { } percent ? total * percent : asked > total ? total : asked;
}
