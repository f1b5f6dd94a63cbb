using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary>Says where a JSON text is not what a schema of our document allows. Knows the words that the document uses, and fails on any other.</summary>
internal sealed class SchemaCheck(JsonObject document)
{
    private static readonly string[] Known =
        ["type", "format", "properties", "required", "items", "additionalProperties", "enum", "anyOf", "$ref", "minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "description", "default"];

    public IEnumerable<string> Faults(JsonNode? value, JsonNode schema, string path = "$")
    {
        if (schema["$ref"] is { } reference)
        {
            JsonNode at = document;
            foreach (var part in ((string)reference!)[2..].Split('/')) at = at[part] ?? throw new InvalidOperationException($"{reference} leads nowhere.");
            foreach (var fault in Faults(value, at, path)) yield return fault;
            yield break;
        }

        if (schema.AsObject().Select(s => s.Key).Except(Known).FirstOrDefault() is { } unknown) throw new InvalidOperationException($"The check does not know '{unknown}'.");

        if (schema["anyOf"] is JsonArray choices)
        {
            if (!choices.Any(choice => !Faults(value, choice!, path).Any())) yield return $"{path}: {Shown(value)} is none of {choices.ToJsonString()}";
            yield break;
        }

        if (schema["type"] is { } type && !(type is JsonArray several ? several.Select(t => (string)t!) : [(string)type!]).Any(t => Is(value, t)))
        {
            yield return $"{path}: {Shown(value)} is not {type.ToJsonString()}";
            yield break;
        }

        if (value is null) yield break;

        if (schema["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value))) yield return $"{path}: {Shown(value)} is none of {words.ToJsonString()}";
        if (value is JsonObject fields)
        {
            foreach (var name in schema["required"]?.AsArray().Select(r => (string)r!) ?? [])
            {
                if (!fields.ContainsKey(name)) yield return $"{path}.{name}: is not there";
            }

            foreach (var (name, field) in fields)
            {
                var known = schema["properties"]?[name] ?? schema["additionalProperties"];
                if (known is null && schema["properties"] is not null) yield return $"{path}.{name}: is not in the document";
                foreach (var fault in known is null ? [] : Faults(field, known, $"{path}.{name}")) yield return fault;
            }
        }

        if (value is JsonArray items && schema["items"] is { } each)
        {
            foreach (var fault in items.SelectMany((item, i) => Faults(item, each, $"{path}[{i}]"))) yield return fault;
        }

        if (value is JsonValue && value.GetValueKind() is JsonValueKind.String)
        {
            var text = (string)value!;
            if ((int?)schema["maxLength"] < text.Length || (int?)schema["minLength"] > text.Length) yield return $"{path}: {text.Length} characters";
            if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern)) yield return $"{path}: {Shown(value)} does not match {pattern}";
            if ((string?)schema["format"] switch { "uuid" => !Guid.TryParse(text, out _), "date-time" => !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _), "date" => !DateOnly.TryParseExact(text, "yyyy-MM-dd", out _), _ => false })
            {
                yield return $"{path}: {Shown(value)} is no {schema["format"]}";
            }
        }

        if (value.GetValueKind() is JsonValueKind.Number && ((double)value < (double?)schema["minimum"] || (double)value > (double?)schema["maximum"])) yield return $"{path}: {Shown(value)} is out of bounds";
    }

    private static bool Is(JsonNode? value, string type) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() is JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "integer" => value?.GetValueKind() is JsonValueKind.Number && value.ToJsonString() is var number && number.AsSpan().IndexOfAny('.', 'e', 'E') < 0,
        "number" => value?.GetValueKind() is JsonValueKind.Number,
        _ => throw new InvalidOperationException($"No such type: {type}."),
    };

    private static string Shown(JsonNode? value) => value?.ToJsonString() is { } text ? text.Length > 60 ? text[..60] + "…" : text : "null";
}
