using System.Buffers.Binary;
using System.Text.Json;
using Outpost.Assistant.Asking;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Web;
using static Outpost.Assistant.Asking.JsonFields;

namespace Outpost.Assistant.Gateway;

/// <summary>A program asks for vectors as it would ask OpenAI; they are held to the same limits.</summary>
internal static class Embed
{
    private const int MostTexts = 2048;

    public static async Task Handle(HttpContext http, Caller caller, Ask ask)
    {
        var ct = http.RequestAborted;
        var body = await JsonBody.ReadAsync(http.Request, ct);
        if (body.ValueKind is not JsonValueKind.Object) throw Wrong("", "The body is an object.");
        if (body.Text("model") is not { Length: > 0 } model) throw Wrong("model", "Is required.");
        var texts = Texts(body);
        var inBase64 = body.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw Wrong("encoding_format", "Must be float or base64."),
        };

        try
        {
            var (answer, budget) = await ask.EmbedAsync(model, texts, body.Whole("dimensions"), new(caller.Key, caller.Person, null, "embeddings"), ct);
            http.Response.ContentType = "application/json";
            await using var json = new Utf8JsonWriter(http.Response.BodyWriter, CompletionJson.Options);
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteString("model"u8, answer.Model);
            json.WriteStartArray("data"u8);
            for (var i = 0; i < answer.Vectors.Count; i++) Write(json, i, answer.Vectors[i], inBase64);
            json.WriteEndArray();
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, answer.Usage.Input);
            json.WriteNumber("total_tokens"u8, answer.Usage.Total);
            json.WriteNumber("cost"u8, budget.Cost.Dollars);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        catch (ProviderException failure)
        {
            throw AskingRules.NoAnswer(failure);
        }
    }

    private static void Write(Utf8JsonWriter json, int index, float[] vector, bool inBase64)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "embedding"u8);
        json.WriteNumber("index"u8, index);
        if (inBase64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            json.WriteBase64String("embedding"u8, bytes);
        }
        else
        {
            json.WriteStartArray("embedding"u8);
            foreach (var number in vector) json.WriteNumberValue(number);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string[] Texts(JsonElement body)
    {
        if (!body.Has("input", out var input)) throw Wrong("input", "Is required.");
        if (input.ValueKind is JsonValueKind.String) return [input.GetString()!];
        if (input.ValueKind is not JsonValueKind.Array || input.GetArrayLength() is 0 or > MostTexts) throw Wrong("input", FormattableString.Invariant($"Must be text, or 1 to {MostTexts} of them."));

        return [.. input.EnumerateArray().Select(one => one.ValueKind is JsonValueKind.String ? one.GetString()! : throw Wrong("input", "Must be text; tokens are not taken."))];
    }
}
