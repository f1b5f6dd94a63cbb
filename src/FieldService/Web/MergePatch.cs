using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Outpost.Kernel;

namespace Outpost.FieldService.Web;

/// <summary>JSON Merge Patch (RFC 7396): fields that are named change, <c>null</c> takes one away, objects are gone into.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject) target[name] = new JsonObject();
                Apply(target[name]!.AsObject(), inner);
            }
            else target[name] = value.DeepClone();
        }
    }

    /// <summary>Refuses a field that the form does not have, at any depth.</summary>
    /// <exception cref="RuleException">VALIDATION_ERROR, naming it.</exception>
    public static void SeeThatAllAreKnown(JsonNode? given, Type form, string path = "")
    {
        var shape = WireJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(form) ?? form);
        switch (given)
        {
            case JsonObject fields when shape.Kind is JsonTypeInfoKind.Object:
                foreach (var (name, value) in fields)
                {
                    var at = path.Length == 0 ? name : $"{path}.{name}";
                    // What is computed from other fields is shown and cannot be set.
                    var property = shape.Properties.FirstOrDefault(p => p.Name == name && (p.Set is not null || p.AssociatedParameter is not null))
                        ?? throw new RuleException("VALIDATION_ERROR", $"{at} is not a field that can be set here.") { Field = at };
                    SeeThatAllAreKnown(value, property.PropertyType, at);
                }

                break;
            case JsonArray items when shape is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element }:
                for (var i = 0; i < items.Count; i++) SeeThatAllAreKnown(items[i], element, $"{path}[{i}]");
                break;
        }
    }
}
