using System.Text.Json;
using Outpost.Kernel;

namespace Outpost.Assistant.Asking;

/// <summary>Takes fields out of a body, and says which one is wrong. A field that is null counts as left out.</summary>
internal static class JsonFields
{
    public static RuleException Wrong(string field, string message) => new("VALIDATION_ERROR", message) { Field = field };

    public static bool Has(this JsonElement from, string name, out JsonElement value) => from.TryGetProperty(name, out value) && value.ValueKind is not JsonValueKind.Null;

    public static string? Text(this JsonElement from, string name) => !from.Has(name, out var value) ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString() : throw Wrong(name, "Must be text.");

    public static int? Whole(this JsonElement from, string name)
    {
        if (!from.Has(name, out var value)) return null;

        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 ? number : throw Wrong(name, "Must be a whole number from 1.");
    }

    public static double? Number(this JsonElement from, string name, double least, double most)
    {
        if (!from.Has(name, out var value)) return null;

        return value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, FormattableString.Invariant($"Must be a number from {least} to {most}."));
    }

    public static bool? Flag(this JsonElement from, string name) => !from.Has(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "Must be true or false."),
    };
}
