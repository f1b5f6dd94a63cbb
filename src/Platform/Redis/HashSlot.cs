namespace Outpost.Platform.Redis;

/// <summary>
/// Which of a cluster's 16,384 slots a key lies in: CRC-16/XMODEM of it, or of what stands between its first <c>{</c> and the next <c>}</c> when that is
/// not empty, so that keys with the same part in braces lie together.
/// </summary>
public static class HashSlot
{
    public const int Count = 16_384;

    private static readonly ushort[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];

    public static int Of(string key) => Of(System.Text.Encoding.UTF8.GetBytes(key));

    public static int Of(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            var tag = key[(open + 1)..];
            var close = tag.IndexOf((byte)'}');
            if (close > 0) key = tag[..close];
        }

        var crc = 0;
        foreach (var b in key) crc = ((crc << 8) & 0xFFFF) ^ Table[((crc >> 8) ^ b) & 0xFF];
        return crc % Count;
    }

    private static ushort Remainder(int value)
    {
        var crc = value << 8;
        for (var bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xFFFF;
        return (ushort)crc;
    }
}
