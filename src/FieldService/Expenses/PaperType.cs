namespace Outpost.FieldService.Expenses;

/// <summary>Tells what a file is by how it begins; what it is called or said to be counts for nothing.</summary>
internal static class PaperType
{
    /// <summary>How many bytes it takes to tell.</summary>
    public const int Enough = 12;

    /// <returns>Null when it is none of the kinds that a receipt can be.</returns>
    public static string? Of(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("%PDF-"u8) => "application/pdf",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        _ when start.Length >= Enough && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8) => "image/webp",
        _ when start.Length >= Enough && start[4..].StartsWith("ftyp"u8) && (start[8..].StartsWith("heic"u8) || start[8..].StartsWith("heix"u8) || start[8..].StartsWith("mif1"u8)) => "image/heic",
        _ => null,
    };

    /// <summary>The end of a name for a file of this type.</summary>
    public static string Extension(string type) => type switch
    {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "image/heic" => "heic",
        _ => "bin",
    };
}
