namespace Outpost.Platform.Telemetry;

/// <summary>An instant as every answer and log line writes it: <c>2026-03-01T08:30:00.250Z</c>, always UTC, always milliseconds.</summary>
public static class IsoTime
{
    public const int Length = 24;

    public static string Text(DateTimeOffset at) => string.Create(Length, at, static (to, value) =>
    {
        Span<byte> ascii = stackalloc byte[Length];
        Write(ascii, value);
        for (var i = 0; i < Length; i++) to[i] = (char)ascii[i];
    });

    /// <summary>Writes exactly <see cref="Length"/> bytes.</summary>
    public static void Write(Span<byte> to, DateTimeOffset at)
    {
        // By hand, because a custom format string costs more than the rest of a health answer.
        var utc = at.UtcDateTime;
        "0000-00-00T00:00:00.000Z"u8.CopyTo(to);
        Digits(to[..4], utc.Year);
        Digits(to[5..7], utc.Month);
        Digits(to[8..10], utc.Day);
        Digits(to[11..13], utc.Hour);
        Digits(to[14..16], utc.Minute);
        Digits(to[17..19], utc.Second);
        Digits(to[20..23], utc.Millisecond);
    }

    private static void Digits(Span<byte> to, int value)
    {
        for (var i = to.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, 10);
            to[i] = (byte)('0' + digit);
        }
    }
}
