using Outpost.Assistant.Providers;
using Outpost.Kernel;

namespace Outpost.Assistant.Asking;

/// <summary>What a caller is told when no provider answered.</summary>
internal static class AskingRules
{
    /// <summary>What a program may want to know of it.</summary>
    public sealed record Facts(string Provider, string Fault, int? ProviderStatus, string? ProviderCode, bool Partial, int? RetryAfter);

    public static RuleException NoAnswer(ProviderException failure)
    {
        var (code, message) = failure.Fault switch
        {
            Fault.Rejected => ("VALIDATION_ERROR", "The provider does not accept this request; its model may not know a parameter, or the input is too long."),
            Fault.RateLimited or Fault.Overloaded => ("SERVICE_UNAVAILABLE", "The provider has more to do than it takes at the moment. Try again shortly."),
            Fault.TimedOut => ("TIMEOUT", "No provider answered within the time that a request has."),
            Fault.OutOfMoney => ("PROVIDER_ERROR", "The account at the provider has no money or quota left; waiting does not help."),
            Fault.NotAllowed => ("PROVIDER_ERROR", "The provider does not accept our key or does not know the model. The operator has to look at it."),
            Fault.ServerError or Fault.Network or Fault.Malformed => ("PROVIDER_ERROR", "The provider broke off or answered nothing that can be used. Try again shortly."),
        };
        return new(code, failure.AfterFirstToken ? "The provider broke off in the middle of its answer. What came so far is all there is of it." : message)
        {
            Details = new Facts(
                failure.Provider, Words<Fault>.Of(failure.Fault), failure.Status, failure.ProviderCode, failure.AfterFirstToken,
                failure.RetryAfter is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null),
        };
    }
}
