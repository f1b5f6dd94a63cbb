using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests.Web.OpenApi;

/// <summary>
/// The JSON Schema of what the API reads and writes, from the same types, names, converters and rules that it is read and written by. Things with a name become
/// components; a form that is asked for and an answer that is given differ in what is required and in how a quantity is spelled.
/// </summary>
internal sealed class SchemaOf(JsonObject components)
{
    private readonly Dictionary<string, Type> _named = [];

    public JsonNode Answer(Type type) => Of(type, isAnswer: true, null);

    /// <param name="type">The body's type.</param>
    /// <param name="isPatch">True when every field may be left out, and null empties.</param>
    public JsonNode Form(Type type, bool isPatch) => isPatch ? Patch(type) : Of(type, isAnswer: false, null);

    public JsonNode Parameter(Type type, MemberInfo? member) => Of(type, isAnswer: false, member);

    private JsonNode Of(Type type, bool isAnswer, ICustomAttributeProvider? member)
    {
        if (System.Nullable.GetUnderlyingType(type) is { } inner) return Nullable(Of(inner, isAnswer, member));

        var converter = member?.GetCustomAttributes(typeof(JsonConverterAttribute), true).OfType<JsonConverterAttribute>().SingleOrDefault()?.ConverterType;
        if (converter is not null && converter != typeof(VerbatimText) && type == typeof(string)) return new JsonObject();

        var schema = converter == typeof(PriceText) ? Price(isAnswer) : Simple(type, isAnswer);
        if (schema is null) return Composite(type, isAnswer);

        foreach (var rule in member?.GetCustomAttributes(true) ?? []) Bound(schema, rule);
        return schema;
    }

    private static JsonObject? Simple(Type type, bool isAnswer)
    {
        if (typeof(IId).IsAssignableFrom(type) || type == typeof(Guid)) return new() { ["type"] = "string", ["format"] = "uuid" };
        if (type.IsEnum) return new() { ["type"] = "string", ["enum"] = new JsonArray([.. Words(type).Select(w => (JsonNode)w)]) };
        if (type == typeof(Money)) return new() { ["type"] = "integer", ["format"] = "int64", ["description"] = "In the currency's smallest unit." };
        if (type == typeof(UnitPrice)) return Price(isAnswer);
        if (type == typeof(Percent)) return new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 100 };
        if (type == typeof(Quantity)) return isAnswer
            ? new() { ["type"] = "string", ["pattern"] = @"^\d+\.\d{2}$" }
            : new() { ["type"] = new JsonArray("number", "string"), ["description"] = "More than 0, at most two decimals." };
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime)) return new() { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(DateOnly)) return new() { ["type"] = "string", ["format"] = "date" };
        if (type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) || type == typeof(object)) return [];
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new() { ["type"] = "string" },
            TypeCode.Boolean => new() { ["type"] = "boolean" },
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Byte => new() { ["type"] = "integer", ["format"] = "int32" },
            TypeCode.Int64 => new() { ["type"] = "integer", ["format"] = "int64" },
            TypeCode.Decimal or TypeCode.Double or TypeCode.Single => new() { ["type"] = "number" },
            _ => null,
        };
    }

    private JsonNode Composite(Type type, bool isAnswer)
    {
        var info = WireJson.Options.GetTypeInfo(type);
        if (info.Kind is JsonTypeInfoKind.Enumerable) return new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!, isAnswer, null) };
        if (info.Kind is JsonTypeInfoKind.Dictionary) return new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, isAnswer, null) };
        // A type with a converter of its own, which says nothing of its shape.
        if (info.Kind is not JsonTypeInfoKind.Object) return new JsonObject();

        if (type.IsGenericType) return Fields(info, isAnswer);

        var name = Name(type) + (isAnswer || type.Name == "Request" ? "" : "Form");
        if (!components.ContainsKey(name))
        {
            components[name] = null;
            components[name] = Fields(info, isAnswer);
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonObject Patch(Type type)
    {
        var fields = Fields(WireJson.Options.GetTypeInfo(type), isAnswer: false);
        fields.Remove("required");
        foreach (var (field, schema) in fields["properties"]!.AsObject().ToArray()) fields["properties"]![field] = Nullable(schema!.DeepClone());
        return fields;
    }

    private JsonObject Fields(JsonTypeInfo info, bool isAnswer)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            if (isAnswer ? property.Get is null : property.Set is null && property.AssociatedParameter is null) continue;

            var member = property.AttributeProvider;
            var isNeeded = member?.IsDefined(typeof(RequiredAttribute), true) is true;
            var schema = Of(property.PropertyType, isAnswer, member);
            if (isAnswer ? property.IsGetNullable : property.IsSetNullable && !isNeeded) schema = Nullable(schema);
            // What must be there is written as something that may be missing, so that its absence is told by name.
            else if (isNeeded && schema is JsonObject { } given && given["type"] is JsonArray { Count: 2 } types && (string?)types[1] == "null" && System.Nullable.GetUnderlyingType(property.PropertyType) is { } real) schema = Of(real, isAnswer, member);
            properties[property.Name] = schema;
            if (isAnswer ? !MayBeLeftOut(member) : isNeeded) required.Add(property.Name);
        }

        var fields = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0) fields["required"] = required;
        return fields;
    }

    private static bool MayBeLeftOut(ICustomAttributeProvider? member) => member?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true).Length > 0;

    private static JsonNode Nullable(JsonNode schema)
    {
        if (schema is JsonObject { Count: 0 }) return schema;
        if (schema["type"] is JsonValue single)
        {
            schema["type"] = new JsonArray(single.GetValue<string>(), "null");
            (schema["enum"] as JsonArray)?.Add(null);
            return schema;
        }

        if (schema["type"] is JsonArray several)
        {
            if (!several.Any(t => (string?)t == "null")) several.Add("null");
            return schema;
        }

        return schema["anyOf"] is not null ? schema : new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private static void Bound(JsonObject schema, object rule)
    {
        switch (rule)
        {
            case StringLengthAttribute length:
                schema["maxLength"] = length.MaximumLength;
                if (length.MinimumLength > 0) schema["minLength"] = length.MinimumLength;
                break;
            case MaxLengthAttribute length: schema[(string?)schema["type"] == "array" ? "maxItems" : "maxLength"] = length.Length; break;
            case RangeAttribute range:
                schema["minimum"] = Number(range.Minimum);
                schema["maximum"] = Number(range.Maximum);
                break;
            case EmailAddressAttribute: schema["format"] = "email"; break;
            case RegularExpressionAttribute pattern: schema["pattern"] = pattern.Pattern; break;
        }
    }

    private static JsonValue Number(object bound) => bound is int whole ? JsonValue.Create(whole) : JsonValue.Create(Convert.ToDouble(bound, CultureInfo.InvariantCulture));

    private static IEnumerable<string> Words(Type type) => (IEnumerable<string>)typeof(Words<>).MakeGenericType(type).GetProperty("All")!.GetValue(null)!;

    private static JsonObject Price(bool isAnswer) => isAnswer
        ? new() { ["type"] = "string", ["pattern"] = @"^\d+\.\d{2,4}$" }
        : new() { ["type"] = new JsonArray("number", "string"), ["description"] = "In the currency's unit, at most four decimals." };

    // Two features may have the same word for their own things; the second then carries its feature's name.
    private string Name(Type type)
    {
        var word = (type.DeclaringType is { } holder ? Name(holder) : "") + type.Name;
        if (_named.TryAdd(word, type) || _named[word] == type) return word;

        return type.Namespace!.Split('.')[^1] + word;
    }
}
