using System.Security.Cryptography;
using System.Text;

namespace Outpost.Platform.Migrations;

/// <summary>One numbered step of a database's schema. Once applied anywhere it never changes; a correction is a new number.</summary>
/// <param name="Version">The number before the first underscore of the file's name; at least 1.</param>
/// <param name="File">The file's name: <c>0007_invoice_numbers.sql</c>.</param>
/// <param name="Text">What the file says.</param>
/// <param name="Down">What <c>0007_invoice_numbers.down.sql</c> says; null when there is no way back.</param>
public sealed record Migration(long Version, string File, string Text, string? Down)
{
    /// <summary>On the first line of a file: its statements run one by one without a transaction, as <c>create index concurrently</c> demands.</summary>
    public const string NoTransactionMark = "-- outpost: no transaction";

    /// <summary>The file's name without its ending: <c>0007_invoice_numbers</c>. People call a revision by it.</summary>
    public string Name => File[..^".sql".Length];

    public string DownFile => Name + ".down.sql";

    /// <summary>SHA-256 of the text in lower-case hexadecimal. The ends of lines and a byte order mark do not count: git may rewrite both.</summary>
    public string Checksum { get; } = ChecksumOf(Text);

    internal static bool InTransaction(string sql) => !sql.TrimStart('\uFEFF').StartsWith(NoTransactionMark, StringComparison.OrdinalIgnoreCase);

    private static string ChecksumOf(string text)
    {
        var plain = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plain)));
    }
}
