using System.Globalization;
using System.Text;
using System.Text.Json;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Practice;

/// <summary>Vectors of words: texts that share words are near each other, which is enough to try a search with.</summary>
internal static class PracticeEmbeddings
{
    private const int Usual = 256;

    public static async Task OpenAiAsync(PracticeProvider practice, HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var root = body.RootElement;
        string[] texts = root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String ? [input.GetString()!] : [.. Voices.Items(root, "input").Select(item => item.GetString() ?? "")];
        var call = Begin(practice, http, "openai-embeddings", Voices.Text(root, "model") ?? "", texts);
        if (await RefusesAsync(practice, http, new OpenAiChatVoice(), call)) return;

        var size = Voices.Number(root, "dimensions", Usual);
        var data = texts.Select((text, i) => string.Create(CultureInfo.InvariantCulture, $$$$"""{"object":"embedding","index":{{{{i}}}},"embedding":{{{{Vector(text, size)}}}}}"""));
        await WriteAsync(http, string.Create(CultureInfo.InvariantCulture,
            $$$$"""{"object":"list","data":[{{{{string.Join(',', data)}}}}],"model":{{{{Voices.Json(call.Model)}}}},"usage":{"prompt_tokens":{{{{call.Input}}}},"total_tokens":{{{{call.Input}}}}}}"""));
        practice.Ended(call, new() { UncachedInput = call.Input }, refused: false);
    }

    public static async Task GeminiAsync(PracticeProvider practice, HttpContext http, string model)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var requests = Voices.Items(body.RootElement, "requests").ToList();
        string[] texts = [.. requests.Select(request => request.TryGetProperty("content", out var content) ? string.Concat(Voices.Items(content, "parts").Select(part => Voices.Text(part, "text"))) : "")];
        var call = Begin(practice, http, "gemini-embeddings", model, texts);
        if (await RefusesAsync(practice, http, new GeminiVoice(false), call)) return;

        var vectors = texts.Select((text, i) => $$$$"""{"values":{{{{Vector(text, Voices.Number(requests[i], "outputDimensionality", Usual))}}}}}""");
        await WriteAsync(http, $$$$"""{"embeddings":[{{{{string.Join(',', vectors)}}}}]}""");
        practice.Ended(call, new() { UncachedInput = call.Input }, refused: false);
    }

    private static PracticeCall Begin(PracticeProvider practice, HttpContext http, string api, string model, string[] texts) =>
        new(api, model, http.Request.Headers["x-client-request-id"], false, texts.Sum(Voices.Tokens), 0, practice.Clock.GetTimestamp());

    private static async Task<bool> RefusesAsync(PracticeProvider practice, HttpContext http, IVoice voice, PracticeCall call)
    {
        var script = practice.ScriptFor(call);
        if (script.Status is not { } status) return false;

        http.Response.StatusCode = status;
        await WriteAsync(http, voice.ErrorBody(status, script.Money, script.RetryAfterSeconds, script.Echo));
        practice.Ended(call, default, refused: true);
        return true;
    }

    private static string Vector(string text, int size)
    {
        size = Math.Clamp(size, 8, 3072);
        var sums = new double[size];
        foreach (var word in text.ToLowerInvariant().Split((char[])[' ', '\n', '\t', '.', ',', ';', ':', '!', '?', '(', ')', '"', '\''], StringSplitOptions.RemoveEmptyEntries))
        {
            var hash = 2166136261u;
            foreach (var b in Encoding.UTF8.GetBytes(word)) hash = unchecked((hash ^ b) * 16777619u);
            sums[hash % (uint)size] += (hash & 0x8000_0000) == 0 ? 1 : -1;
        }

        var length = Math.Sqrt(sums.Sum(value => value * value));
        if (length == 0) (sums[0], length) = (1, 1);
        return $"[{string.Join(',', sums.Select(value => (value / length).ToString("0.######", CultureInfo.InvariantCulture)))}]";
    }

    private static async Task WriteAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json, http.RequestAborted);
    }
}
