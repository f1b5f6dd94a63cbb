using System.Buffers.Binary;

namespace Outpost.Assistant.Providers;

/// <summary>Reads how large an image is from its first bytes. Nothing is decoded.</summary>
internal static class ImageSize
{
    /// <returns>Pixels across and down; null when this is no PNG, JPEG, GIF or WebP, or is cut off before it says.</returns>
    public static (int Width, int Height)? Of(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? Png(bytes)
        : bytes.StartsWith("GIF8"u8) ? Gif(bytes)
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? Jpeg(bytes)
        : bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..12].SequenceEqual("WEBP"u8) ? WebP(bytes)
        : null;

    private static (int, int)? Png(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 24 ? null : Sane(BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]));

    private static (int, int)? Gif(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 10 ? null : Sane(BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));

    private static (int, int)? Jpeg(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        while (at + 9 < bytes.Length)
        {
            if (bytes[at] != 0xFF) return null;

            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            // A frame begins: all of C0 to CF but the tables C4, C8 and CC.
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
                return Sane(BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));

            at += marker is 0x01 or (>= 0xD0 and <= 0xD8) ? 2 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }

        return null;
    }

    private static (int, int)? WebP(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30) return null;
        if (bytes[12..16].SequenceEqual("VP8X"u8)) return Sane(1 + UInt24(bytes[24..]), 1 + UInt24(bytes[27..]));
        if (bytes[12..16].SequenceEqual("VP8 "u8)) return Sane((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]) & 0x3FFF, (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]) & 0x3FFF);
        if (!bytes[12..16].SequenceEqual("VP8L"u8)) return null;

        var packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
        return Sane(1 + (packed & 0x3FFF), 1 + ((packed >> 14) & 0x3FFF));
    }

    private static uint UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | ((uint)bytes[1] << 8) | ((uint)bytes[2] << 16);

    private static (int, int)? Sane(uint width, uint height) => width is 0 or > 1_000_000 || height is 0 or > 1_000_000 ? null : ((int)width, (int)height);
}
