using Outpost.Kernel;

namespace Outpost.FieldService.Papers;

/// <summary>Every refusal of the press and of the letterhead.</summary>
internal static class PaperRules
{
    public const int LargestLogo = 512 * 1024;
    public const int MostPixels = 3000;

    public static RuleException NoPress() => new("SERVICE_UNAVAILABLE", "This server has nothing to print PDF with: WeasyPrint is missing. Fix: apt install weasyprint");

    public static RuleException PressIsBusy() => new("SERVICE_UNAVAILABLE", "Too many papers are being printed at this moment. Try again in a minute.");

    public static RuleException PressFailed() => new("SERVICE_UNAVAILABLE", "The paper could not be printed. The log of the service says why; the page itself can be printed from the browser.");

    public static RuleException LogoIsTooLarge() => new("PAYLOAD_TOO_LARGE", $"A logo has at most {LargestLogo / 1024} KB.");

    public static RuleException LogoIsNoPicture() => new("UNSUPPORTED_MEDIA_TYPE", "A logo is a PNG or a JPEG. Other files, SVG among them, can hold more than a picture.");

    public static RuleException LogoHasTooManyPixels() => new("VALIDATION_ERROR", $"A logo is at most {MostPixels} pixels wide and high.") { Field = "logo" };
}
