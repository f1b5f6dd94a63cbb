using Outpost.Kernel;

namespace Outpost.FieldService.Portal;

/// <summary>Every refusal of the portal.</summary>
internal static class PortalRules
{
    public static RuleException NothingToShare() => new("PRECONDITION_FAILED", "A draft is nobody's business yet: send it first, then share it.");

    public static RuleException NeedsAName() => new("VALIDATION_ERROR", "Type your name to sign.") { Field = "signed_name" };

    public static RuleException NoDrawing() => new("VALIDATION_ERROR", "The drawn signature could not be read. Draw it again, or leave it out.") { Field = "drawing" };

    public static RuleException SlugIsTaken() => new("CONFLICT", "Another company has this address. Choose another one.") { Field = "slug" };

    public static RuleException NoSlug() => new("VALIDATION_ERROR", "The address has 3 to 60 small letters, digits and single dashes, such as tallgrass-plumbing.") { Field = "slug" };

    public static RuleException Incomplete() => new("VALIDATION_ERROR", "Tell us your name, what is to be done, and how we reach you.");

    public static RuleException TooMany() => new("RATE_LIMITED", "That was a lot of requests from here. Call us instead, or try again tomorrow.");

    public static RuleException IsSettled() => new("CONFLICT", "Somebody has dealt with this request meanwhile.");
}
