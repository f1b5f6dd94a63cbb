using Outpost.Assistant.Providers;
using Outpost.Kernel;

namespace Outpost.Assistant.Asking;

/// <summary>Reads an image as callers send it: a <c>data:</c> URL with base64, or an https address that the provider fetches.</summary>
internal static class ImageReader
{
    private static readonly string[] MediaTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static Part Read(string url, string? detail, string field)
    {
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0
                ? new ImageLinkPart(address) { Detail = detail }
                : throw Wrong(field, "Must be an https address or a data: URL with base64.");
        }

        var comma = url.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? "" : url[5..comma];
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase)) throw Wrong(field, "Must be a data: URL with base64.");

        return Read(head[..^";base64".Length], url.AsSpan(comma + 1), detail, field);
    }

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static ImagePart Read(string mediaType, ReadOnlySpan<char> base64, string? detail, string field)
    {
        var known = mediaType.ToLowerInvariant() is "image/jpg" ? "image/jpeg" : mediaType.ToLowerInvariant();
        if (!MediaTypes.Contains(known)) throw Wrong(field, $"An image is one of {string.Join(", ", MediaTypes)}.");

        var data = new byte[(base64.Length / 4 * 3) + 3];
        return Convert.TryFromBase64Chars(base64, data, out var length) && length > 0
            ? new(known, data.AsMemory(0, length)) { Detail = detail }
            : throw Wrong(field, "Is not base64.");
    }

    private static RuleException Wrong(string field, string message) => new("VALIDATION_ERROR", message) { Field = field };
}
