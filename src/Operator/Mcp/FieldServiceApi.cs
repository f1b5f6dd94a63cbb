using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Outpost.Operator.Mcp;

/// <summary>
/// Calls the API and turns what it answers into the result of a tool: the data as it came, or the refusal in words an assistant can act on.
/// </summary>
internal sealed class FieldServiceApi(HttpClient http)
{
    // An assistant reads every byte and pays for it; more than this is a question asked too widely.
    private const int MostBytes = 60_000;

    public Task<CallToolResult> GetAsync(string path, CancellationToken ct, params (string Name, object? Value)[] query)
    {
        var asked = string.Join('&', query.Where(q => q.Value is not null).Select(q => $"{q.Name}={Uri.EscapeDataString(Text(q.Value!))}"));
        return SendAsync(new(HttpMethod.Get, asked.Length == 0 ? path : $"{path}?{asked}"), ct);
    }

    /// <param name="idempotencyKey">Makes the request safe to send twice; null where nothing is booked or paid.</param>
    public Task<CallToolResult> PostAsync(string path, JsonObject body, string? idempotencyKey, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return SendAsync(request, ct);
    }

    public Task<CallToolResult> PatchAsync(string path, JsonObject body, CancellationToken ct) => SendAsync(new(HttpMethod.Patch, path) { Content = JsonContent.Create(body) }, ct);

    /// <summary>The fields of a body that were given.</summary>
    public static JsonObject Body(params (string Name, JsonNode? Value)[] fields) =>
        new(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value)));

    public static JsonNode? Value(object? value) => value is null ? null : JsonValue.Create(Text(value));

    private static string Text(object value) => value switch
    {
        DateTimeOffset at => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private async Task<CallToolResult> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            try
            {
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
                var bytes = new byte[MostBytes + 1];
                await using var body = await answer.Content.ReadAsStreamAsync(ct);
                var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
                if (!answer.IsSuccessStatusCode) return Refused(Refusal(answer, Encoding.UTF8.GetString(bytes, 0, Math.Min(length, MostBytes))));

                return length > MostBytes
                    ? Refused("The answer is too long to be read here. Fix: ask for less, with a smaller limit, a narrower filter or a single thing by its id.")
                    : new() { Content = [new TextContentBlock { Text = length == 0 ? "Done." : Encoding.UTF8.GetString(bytes, 0, length) }] };
            }
            catch (HttpRequestException)
            {
                return Refused($"The field service at {http.BaseAddress} does not answer. Fix: see that it runs and that FSM_URL leads there.");
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return Refused(request.Method == HttpMethod.Get
                    ? "The field service took too long. Fix: ask for less, or try again."
                    : "The field service took too long, and it is not known whether this was done. Fix: look for it before repeating it; with the same idempotency_key it may be repeated as it is.");
            }
            catch (IOException)
            {
                return Refused("The connection broke before the answer was complete. Fix: look whether it was done before repeating it.");
            }
        }
    }

    private static string Refusal(HttpResponseMessage answer, string body)
    {
        var text = new StringBuilder();
        try
        {
            var error = JsonNode.Parse(body)?["error"];
            text.Append(error?["code"]).Append(": ").Append(error?["message"]);
            foreach (var issue in error?["details"]?["issues"]?.AsArray() ?? []) text.Append('\n').Append("- ").Append(issue?["path"]).Append(": ").Append(issue?["message"]);
        }
        catch (Exception notOurs) when (notOurs is JsonException or InvalidOperationException)
        {
            text.Clear().Append("The server answered ").Append((int)answer.StatusCode).Append(", and not as a field service does.");
        }

        var fix = answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "have somebody of the office make a new API key and put it into FSM_API_KEY.",
            HttpStatusCode.Forbidden => "have somebody of the office make a key that may do this, or leave it to a person.",
            HttpStatusCode.NotFound => "look for it again with a search or list tool; it may have been deleted, and ids of one kind are none of another.",
            HttpStatusCode.TooManyRequests => $"wait {answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 60:0} seconds.",
            HttpStatusCode.BadRequest => "correct what is named and call again.",
            HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity => "read the thing again and see what its state allows.",
            >= HttpStatusCode.InternalServerError => "try again in a moment; if it stays so, tell whoever runs the server.",
            _ => null,
        };
        return fix is null ? text.ToString() : text.Append("\nFix: ").Append(fix).ToString();
    }

    private static CallToolResult Refused(string why) => new() { IsError = true, Content = [new TextContentBlock { Text = why }] };
}
