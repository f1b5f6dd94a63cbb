using System.Globalization;

namespace Outpost.Operator.Backups;

/// <summary>What a backup says, in the words that the runbooks of each system promise and scripts look for.</summary>
internal static class BackupWords
{
    public static string Line(DateTimeOffset now, string text) => string.Create(CultureInfo.InvariantCulture, $"[{now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}] {text}");

    /// <summary>The assistant's runbook has its own form of time.</summary>
    public static string AssistantLine(DateTimeOffset now, string text) => string.Create(CultureInfo.InvariantCulture, $"[{now.UtcDateTime:yyyy-MM-dd HH:mm:ss}] {text}");

    /// <summary>As <c>du -h</c> has it: <c>1.4M</c>, rounded up.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["", "K", "M", "G", "T"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < units.Length - 1) (value, unit) = (value / 1024, unit + 1);
        if (unit == 0) return bytes.ToString(CultureInfo.InvariantCulture);
        return value < 10 ? (Math.Ceiling(value * 10) / 10).ToString("0.0", CultureInfo.InvariantCulture) + units[unit] : Math.Ceiling(value).ToString("0", CultureInfo.InvariantCulture) + units[unit];
    }

    public static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
