namespace Outpost.FieldService.Tests;

/// <summary>The smallest files that are JPEGs by their structure (ISO/IEC 10918-1, annex B), with what a test slips into them.</summary>
internal static class Jpeg
{
    public static readonly byte[] Exif = Segment(0xE1, [.. "Exif\0\0"u8, .. "GPS 41.2565 N"u8]);

    /// <param name="behindStart">Segments between the start and the picture.</param>
    /// <param name="behindScan">Segments between two scans.</param>
    public static byte[] Of(int width, int height, byte[]? behindStart = null, byte[]? behindScan = null, byte[]? behindEnd = null) =>
    [
        0xFF, 0xD8,
        .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
        .. behindStart ?? [],
        .. Segment(0xC0, [8, .. Two(height), .. Two(width), 1, 1, 0x11, 0]),
        .. Scan, .. behindScan ?? [], .. behindScan is null ? [] : Scan,
        0xFF, 0xD9,
        .. behindEnd ?? [],
    ];

    public static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, .. Two(content.Length + 2), .. content];

    private static byte[] Two(int number) => [(byte)(number >> 8), (byte)(number & 0xFF)];

    // A zero after 0xFF is data, and so are the restart marks.
    private static byte[] Scan => [.. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD3, 0x56];
}
