using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Outpost.FieldService.Audit;

/// <summary>
/// The audit log as a file: one JSON object a line, <c>{"entry": {…}, "hash": "…"}</c>. The entry stands there to the byte as it was hashed, so whoever has
/// the file can check it with nothing but SHA-256; a tool that formats it anew breaks it.
/// </summary>
internal static class AuditFile
{
    public const string ContentType = "application/x-ndjson";

    public static async Task WriteAsync(Stream to, IAsyncEnumerable<ChainLink> links, CancellationToken ct)
    {
        const int Full = 64 * 1024;
        var text = new StringBuilder();
        await foreach (var link in links.WithCancellation(ct))
        {
            text.Append("{\"entry\":").Append(link.Entry ?? "null").Append(",\"hash\":\"").Append(Convert.ToHexStringLower(link.Hash)).Append("\"}\n");
            if (text.Length < Full) continue;

            await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
            text.Clear();
        }

        await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
    }

    /// <summary>Checks a file of one account, line by line.</summary>
    public static async Task<ChainVerdict> VerifyAsync(Stream from, ChainHead? kept, CancellationToken ct)
    {
        var check = new ChainCheck(kept);
        await foreach (var link in ReadAsync(from, check, ct))
        {
            if (!check.Add(link)) break;
        }

        return check.Verdict();
    }

    private static async IAsyncEnumerable<ChainLink> ReadAsync(Stream from, ChainCheck check, [EnumeratorCancellation] CancellationToken ct)
    {
        using var lines = new StreamReader(from, new UTF8Encoding(false), leaveOpen: true);
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            if (line.Length > 0) yield return Parsed(line, check.Rows + 1);
        }
    }

    // A line that cannot be read stands for a row that is not what it was: it fails where it stands.
    private static ChainLink Parsed(string line, long place)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var (root, unreadable) = (json.RootElement, new ChainLink(place, "", []));
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("hash", out var hash) || hash.ValueKind is not JsonValueKind.String || !root.TryGetProperty("entry", out var entry)) return unreadable;
            if (hash.GetString() is not { Length: 64 } hex || !hex.All(char.IsAsciiHexDigit)) return unreadable;
            if (entry.ValueKind is JsonValueKind.Null) return new(place, null, Convert.FromHexString(hex));

            return entry.ValueKind is JsonValueKind.Object && entry.TryGetProperty("seq", out var seq) && seq.ValueKind is JsonValueKind.Number && seq.TryGetInt64(out var number)
                ? new(number, entry.GetRawText(), Convert.FromHexString(hex))
                : unreadable;
        }
        catch (JsonException)
        {
            return new(place, "", []);
        }
    }
}
