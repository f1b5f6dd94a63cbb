using Outpost.Kernel;

namespace Outpost.FieldService.Checkout;

/// <summary>Every refusal of paying online.</summary>
internal static class CheckoutRules
{
    public static RuleException ProviderIsAway() => new("SERVICE_UNAVAILABLE", "Paying online does not work at this moment. Try again in a few minutes, or pay by transfer.");

    public static RuleException NotSigned() => new("UNAUTHORIZED", "The message is not signed by the payment provider, or was signed too long ago.");

    public static RuleException NotUnderstood() => new("VALIDATION_ERROR", "The message is not of the form that the payment provider has published.");

    public static RuleException Differs() => new("CONFLICT", "The payment is of another amount or currency than was asked for. Nothing was recorded.");

    public static RuleException CameTooEarly() => new("CONFLICT", "The payment that this gives back is not known yet. Send the message again later.");
}
