using System.Diagnostics.CodeAnalysis;

namespace Outpost.Aicq.Web;

/// <summary>
/// An id as callers may spell it: 36 characters in any case, 32 digits without dashes, <c>urn:uuid:</c> in front, or 38 characters of which the first and the last
/// say nothing. Inside and in every answer it has one spelling.
/// </summary>
internal static class Uuid
{
    private const string Urn = "urn:uuid:";

    public static bool TryParse([NotNullWhen(true)] string? text, out Guid id)
    {
        var digits = text.AsSpan();
        digits = digits.Length switch
        {
            45 when digits.StartsWith(Urn, StringComparison.OrdinalIgnoreCase) => digits[Urn.Length..],
            38 => digits[1..^1],
            _ => digits,
        };

        // By hand, because the framework also takes signs and 0x inside of the groups.
        Span<byte> bytes = stackalloc byte[16];
        id = default;
        if (digits.Length is not (32 or 36)) return false;

        var at = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (digits.Length == 36 && i is 4 or 6 or 8 or 10 && digits[at++] != '-') return false;
            if (!char.IsAsciiHexDigit(digits[at]) || !char.IsAsciiHexDigit(digits[at + 1])) return false;

            bytes[i] = (byte)((Digit(digits[at]) << 4) | Digit(digits[at + 1]));
            at += 2;
        }

        id = new(bytes, bigEndian: true);
        return true;
    }

    private static int Digit(char hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
