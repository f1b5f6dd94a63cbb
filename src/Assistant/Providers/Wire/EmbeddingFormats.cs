using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers.Wire;

/// <summary>How one API turns texts into vectors.</summary>
internal interface IEmbeddingFormat
{
    string Path(Model model);

    void Write(Utf8JsonWriter json, Model model, IReadOnlyList<string> texts, int? dimensions);

    /// <exception cref="JsonException">The answer is not what the API says.</exception>
    Embedded Read(ReadOnlySpan<byte> json);
}

/// <summary>OpenAI's <c>/embeddings</c>, which the compatible servers have too.</summary>
internal sealed class OpenAiEmbeddings : IEmbeddingFormat
{
    public string Path(Model model) => "/embeddings";

    public void Write(Utf8JsonWriter json, Model model, IReadOnlyList<string> texts, int? dimensions)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Id);
        json.WriteStartArray("input");
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteString("encoding_format", "float");
        if (dimensions is { } size) json.WriteNumber("dimensions", size);
        json.WriteEndObject();
    }

    public Embedded Read(ReadOnlySpan<byte> json)
    {
        var answer = JsonSerializer.Deserialize(json, EmbeddingJson.Default.OpenAiEmbeddingAnswer);
        if (answer?.Data is not { } data || data.Any(one => one.Embedding is not { Length: > 0 })) throw new JsonException("These are no embeddings.");

        return new([.. data.OrderBy(one => one.Index).Select(one => one.Embedding!)], answer.Usage?.PromptTokens is > 0 and var tokens ? new Usage { UncachedInput = tokens } : null);
    }
}

/// <summary>Gemini's <c>batchEmbedContents</c>, which says nothing of usage.</summary>
internal sealed class GeminiEmbeddings : IEmbeddingFormat
{
    public string Path(Model model) => $"/models/{Uri.EscapeDataString(model.Id)}:batchEmbedContents";

    public void Write(Utf8JsonWriter json, Model model, IReadOnlyList<string> texts, int? dimensions)
    {
        json.WriteStartObject();
        json.WriteStartArray("requests");
        foreach (var text in texts)
        {
            json.WriteStartObject();
            json.WriteString("model", $"models/{model.Id}");
            json.WriteStartObject("content");
            json.WriteStartArray("parts");
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            if (dimensions is { } size) json.WriteNumber("outputDimensionality", size);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public Embedded Read(ReadOnlySpan<byte> json)
    {
        var answer = JsonSerializer.Deserialize(json, EmbeddingJson.Default.GeminiEmbeddingAnswer);
        return answer?.Embeddings is { } all && all.All(one => one.Values is { Length: > 0 }) ? new([.. all.Select(one => one.Values!)], null) : throw new JsonException("These are no embeddings.");
    }
}

internal sealed record OpenAiEmbeddingAnswer(IReadOnlyList<OpenAiEmbedding>? Data, [property: JsonPropertyName("usage")] OpenAiEmbeddingUsage? Usage);

internal sealed record OpenAiEmbedding(int Index, float[]? Embedding);

internal sealed record OpenAiEmbeddingUsage([property: JsonPropertyName("prompt_tokens")] long? PromptTokens);

internal sealed record GeminiEmbeddingAnswer(IReadOnlyList<GeminiEmbedding>? Embeddings);

internal sealed record GeminiEmbedding(float[]? Values);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OpenAiEmbeddingAnswer))]
[JsonSerializable(typeof(GeminiEmbeddingAnswer))]
internal sealed partial class EmbeddingJson : JsonSerializerContext;
