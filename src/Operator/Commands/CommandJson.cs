using System.Text.Encodings.Web;
using System.Text.Json;

namespace Outpost.Operator.Commands;

/// <summary>How <c>--json</c> writes: one document, names in camelCase, read by jq and by people.</summary>
internal static class CommandJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // It goes to a terminal or a program, never into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new(Options) { WriteIndented = false };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>In one line, for what goes on and on.</summary>
    public static string Line<T>(T value) => JsonSerializer.Serialize(value, OneLine);
}
