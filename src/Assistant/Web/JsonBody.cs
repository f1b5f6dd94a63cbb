using System.Text.Json;
using Outpost.Kernel;

namespace Outpost.Assistant.Web;

/// <summary>Reads a body whose form is not fixed enough for a record. What is no JSON is told with its place.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <exception cref="RuleException">VALIDATION_ERROR</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            var document = await JsonDocument.ParseAsync(request.Body, Options, ct);
            request.HttpContext.Response.RegisterForDispose(document);
            return document.RootElement;
        }
        catch (JsonException broken)
        {
            throw new RuleException("VALIDATION_ERROR", FormattableString.Invariant($"The body is not JSON: line {broken.LineNumber + 1 ?? 1}, byte {broken.BytePositionInLine + 1 ?? 1}."));
        }
    }
}
