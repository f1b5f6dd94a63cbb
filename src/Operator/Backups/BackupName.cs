using System.Globalization;
using System.Text.RegularExpressions;

namespace Outpost.Operator.Backups;

/// <summary>The name of a file of a backup, as the runbooks have it: <c>ai_fsm_20260219_020000.dump</c>.</summary>
/// <param name="Part">What is in it: a database's name, <c>documents</c>, <c>redis</c>.</param>
/// <param name="Stamp">When it was taken, in UTC: <c>20260219_020000</c>. All files of one set have the same.</param>
/// <param name="Extension">With its dot: <c>.dump</c>, <c>.sql.gz</c>, <c>.rdb</c>, <c>.tar</c>.</param>
internal sealed partial record BackupName(string Part, string Stamp, string Extension)
{
    public const string ManifestExtension = ".manifest.json";
    private const string StampForm = "yyyyMMdd_HHmmss";

    public string File => $"{Part}_{Stamp}{Extension}";

    public string Manifest => $"{Part}_{Stamp}{ManifestExtension}";

    public static string StampOf(DateTimeOffset at) => at.UtcDateTime.ToString(StampForm, CultureInfo.InvariantCulture);

    /// <summary>Null when it is no such name.</summary>
    public static BackupName? TryParse(string file)
    {
        var match = Form().Match(file);
        return match.Success && DateTime.TryParseExact(match.Groups["stamp"].ValueSpan, StampForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            ? new(match.Groups["part"].Value, match.Groups["stamp"].Value, match.Groups["extension"].Value)
            : null;
    }

    [GeneratedRegex(@"^(?<part>[A-Za-z0-9][A-Za-z0-9_-]*?)_(?<stamp>\d{8}_\d{6})(?<extension>\.dump|\.sql\.gz|\.rdb|\.tar|\.tar\.age|\.manifest\.json)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
