using System.Buffers.Binary;

namespace Outpost.FieldService.Photos;

/// <summary>
/// Looks into a JPEG (ISO/IEC 10918-1, annex B): its size, and whether it holds nothing but the picture. What it is called or said to be counts for nothing. Only what
/// a canvas writes is let through: no Exif, no XMP, no comment, nothing behind the end.
/// </summary>
internal static class JpegFile
{
    public enum Verdict { Good, NoJpeg, TellsMore }

    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, App0 = 0xE0, App2 = 0xE2, App14 = 0xEE, App15 = 0xEF, Comment = 0xFE;

    public static (Verdict Verdict, int Width, int Height) Read(ReadOnlySpan<byte> file)
    {
        var (width, height) = (0, 0);
        if (file.Length < 4 || file[0] != 0xFF || file[1] != StartOfImage) return (Verdict.NoJpeg, 0, 0);

        var at = 2;
        var hasScan = false;
        while (true)
        {
            // A marker may have bytes of 0xFF before it.
            if (at >= file.Length || file[at] != 0xFF) return (Verdict.NoJpeg, 0, 0);
            while (at < file.Length && file[at] == 0xFF) at++;
            if (at >= file.Length) return (Verdict.NoJpeg, 0, 0);

            var marker = file[at++];
            if (marker == EndOfImage) return !hasScan || width == 0 ? (Verdict.NoJpeg, 0, 0) : at == file.Length ? (Verdict.Good, width, height) : (Verdict.TellsMore, 0, 0);
            if (at + 2 > file.Length || BinaryPrimitives.ReadUInt16BigEndian(file[at..]) is var length && (length < 2 || at + length > file.Length)) return (Verdict.NoJpeg, 0, 0);

            var content = file.Slice(at + 2, length - 2);
            if (Tells(marker, content)) return (Verdict.TellsMore, 0, 0);
            if (IsFrame(marker))
            {
                if (content.Length < 5) return (Verdict.NoJpeg, 0, 0);
                (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(content[1..]), BinaryPrimitives.ReadUInt16BigEndian(content[3..]));
            }

            at += length;
            if (marker != StartOfScan) continue;

            hasScan = true;
            // The picture itself: up to the next marker that is none of its own.
            while (at + 1 < file.Length && !(file[at] == 0xFF && file[at + 1] is not (0 or (>= 0xD0 and <= 0xD7) or 0xFF))) at++;
        }
    }

    private static bool Tells(byte marker, ReadOnlySpan<byte> content) => marker switch
    {
        App0 => !content.StartsWith("JFIF\0"u8),
        App2 => !content.StartsWith("ICC_PROFILE\0"u8),
        App14 => !content.StartsWith("Adobe"u8),
        > App0 and <= App15 or Comment => true,
        _ => false,
    };

    // Every way to begin a frame; 0xC4, 0xC8 and 0xCC begin something else.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
