using Outpost.Kernel;

namespace Outpost.FieldService.Photos;

/// <summary>Every way a photo is refused.</summary>
internal static class PhotoRules
{
    public const int Largest = 3 * 1024 * 1024, LargestThumbnail = 128 * 1024, LongestSide = 4096, LongestThumbnailSide = 640, MostOnAVisit = 60;

    /// <summary>Both pictures as text in a body of JSON, and the rest of it.</summary>
    public const int LargestBody = ((Largest + LargestThumbnail) / 3 * 4) + 4096;

    public static RuleException NoJpeg(string field) => new("VALIDATION_ERROR", "A photo is a whole JPEG. Send it as the browser's canvas writes it.") { Field = field };

    public static RuleException TellsMore(string field) =>
        new("VALIDATION_ERROR", "The photo carries data of the camera, such as the place where it was taken. Write it anew without, as the browser's canvas does.") { Field = field };

    public static RuleException TooLarge(string field) =>
        new("VALIDATION_ERROR", $"A photo has up to 3 MB and {LongestSide} pixels at its longest side, its thumbnail 128 KB and {LongestThumbnailSide}. Make it smaller on the device.") { Field = field };

    public static RuleException TooMany() => new("PRECONDITION_FAILED", $"A visit has up to {MostOnAVisit} photos. Take some away first.");

    public static RuleException NotYours() => new("FORBIDDEN", "Somebody else has taken this photo; the office may take it away.");

    public static RuleException OddTime() => new("VALIDATION_ERROR", "taken_at is not in the future, and not more than a year ago.") { Field = "taken_at" };
}
