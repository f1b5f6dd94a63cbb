using Outpost.Assistant.Providers;
using static Outpost.Assistant.Asking.JsonFields;

namespace Outpost.Assistant.Asking;

/// <summary>Reads a PDF as callers send it: a <c>data:</c> URL with base64.</summary>
internal static class DocumentReader
{
    private const string Prefix = "data:application/pdf;base64,";
    private const int LongestName = 200;

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public static DocumentPart Read(string url, string? name, string field)
    {
        if (!url.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) throw Wrong($"{field}.file_data", $"Must be a PDF as {Prefix}…");
        if (name is { Length: > LongestName } || name?.Any(char.IsControl) == true) throw Wrong($"{field}.filename", $"Must be a name of at most {LongestName} characters.");

        var base64 = url.AsSpan(Prefix.Length);
        var data = new byte[(base64.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(base64, data, out var length)) throw Wrong($"{field}.file_data", "Is not base64.");

        var pdf = data.AsMemory(0, length);
        // Readers look for the mark within the first kilobyte; what has none no provider takes.
        return pdf.Span[..Math.Min(length, 1024)].IndexOf("%PDF-"u8) >= 0 ? new(string.IsNullOrEmpty(name) ? "document.pdf" : name, pdf) : throw Wrong($"{field}.file_data", "Is no PDF.");
    }
}
