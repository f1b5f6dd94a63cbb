using Outpost.Kernel;

namespace Outpost.FieldService.Signatures;

/// <summary>Every way a signature is refused.</summary>
internal static class SignatureRules
{
    public const int MostOnAVisit = 20;

    public static RuleException NothingToSign() => new("PRECONDITION_FAILED", "Nobody has arrived for this visit yet, so there is nothing to sign.");

    public static RuleException NoDrawing() => new("VALIDATION_ERROR", "The drawn signature could not be read. Draw it again, or leave it out.") { Field = "drawing" };

    public static RuleException OddTime() => new("VALIDATION_ERROR", "signed_at is not in the future, and not before somebody arrived.") { Field = "signed_at" };

    public static RuleException TooMany() => new("PRECONDITION_FAILED", $"A visit is signed up to {MostOnAVisit} times.");
}
