using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Outpost.Platform.Http;

/// <summary>
/// Says in the caller's words what could not be read: the field and the reason. The framework's own texts speak of .NET types, so they are
/// translated rather than passed on.
/// </summary>
internal static partial class UnreadableRequest
{
    private const string General = "The request could not be understood.";
    private const string Unexpected = "The body is not the JSON that is expected here.";
    private const string Fields = "Some fields are not valid.";

    private static readonly string[] TypeNames = ["System.", ".NET", "Outpost."];

    public static Failure Explain(BadHttpRequestException unreadable, IErrorShape shape) => unreadable.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new(StatusCodes.Status413PayloadTooLarge, "The body is larger than this address takes."),
        StatusCodes.Status415UnsupportedMediaType => new(StatusCodes.Status415UnsupportedMediaType, "Send the body as application/json."),
        StatusCodes.Status408RequestTimeout => new(StatusCodes.Status408RequestTimeout, "The body took too long to arrive."),
        StatusCodes.Status400BadRequest => new(StatusCodes.Status400BadRequest, unreadable.InnerException is JsonException ? Unexpected : General)
        {
            Issues = [.. Issues(unreadable, shape)],
        },
        var status => new(status, General),
    };

    private static IEnumerable<Issue> Issues(BadHttpRequestException unreadable, IErrorShape shape)
    {
        if (unreadable.InnerException is JsonException json) return Issues(json, shape);
        if (Missing().Match(unreadable.Message) is { Success: true } missing)
            return [new(missing.Groups["source"].Value == "body" ? "" : shape.FieldName(missing.Groups["name"].Value), "Is required.")];
        if (Unbound().Match(unreadable.Message) is { Success: true } unbound)
            return [new(shape.FieldName(unbound.Groups["name"].Value), Expectation(unbound.Groups["type"].Value))];
        if (unreadable.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal)) return [new("", "A JSON body is required.")];
        if (unreadable.Message.StartsWith("Unexpected end of request content", StringComparison.Ordinal)) return [new("", "The body ended before its announced length.")];
        return [];
    }

    private static IEnumerable<Issue> Issues(JsonException json, IErrorShape shape)
    {
        var path = (json.Path ?? "$").TrimStart('$').TrimStart('.');
        if (MissingMembers().Match(json.Message) is { Success: true } missing)
            return [.. QuotedName().Matches(missing.Groups["names"].Value).Select(name => new Issue(Join(path, name.Groups["name"].Value), "Is required."))];
        if (UnknownMember().Match(json.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups["name"].Value;
            return [new(path.EndsWith(name, StringComparison.Ordinal) ? path : Join(path, name), "Is not a field that is known here.")];
        }

        if (WrongType().Match(json.Message) is { Success: true } wrong) return [new(path, Expectation(Wanted(json) ?? wrong.Groups["type"].Value))];
        if (json.InnerException is { } inner && inner.GetType().Name == "JsonReaderException")
            return [new(path, $"Is not JSON: line {json.LineNumber + 1 ?? 1}, byte {json.BytePositionInLine + 1 ?? 1}.")];

        // A converter of ours has worded the refusal itself; a text of the framework would name a type.
        var own = json.Message.Split(" Path: ", 2)[0];
        return [new(path, TypeNames.Any(name => own.Contains(name, StringComparison.Ordinal)) ? "Is not a valid value." : own)];
    }

    // The outer text names the type that holds the field; what the field itself wanted stands in the inner one.
    private static string? Wanted(JsonException json) =>
        json.InnerException is { } inner && WantedType().Match(inner.Message) is { Success: true } wanted ? wanted.Groups["type"].Value : null;

    private static string Expectation(string type) => type.Split('.')[^1].TrimEnd('?', ']').Replace("Nullable`1[", "", StringComparison.Ordinal) switch
    {
        "Int32" or "Int64" or "Int16" or "int" or "long" or "short" or "Byte" => "Must be a whole number in range.",
        "Decimal" or "Double" or "Single" or "decimal" or "double" or "float" or "number" => "Must be a number in range.",
        "Boolean" or "bool" or "boolean" => "Must be true or false.",
        "String" or "string" => "Must be text.",
        "Guid" => "Must be a UUID.",
        "DateTimeOffset" or "DateTime" => "Must be a time such as 2026-03-01T08:30:00Z.",
        "DateOnly" => "Must be a date such as 2026-03-01.",
        var name when name.EndsWith("Id", StringComparison.Ordinal) => "Must be a UUID.",
        _ => "Is not a valid value.",
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A key of the framework's validation, <c>LineItems[0].UnitPrice</c>, as the caller spells it.</summary>
    public static string WirePath(string key, IErrorShape shape) => string.Join('.', key.Split('.').Select(segment =>
    {
        var bracket = segment.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0 ? shape.FieldName(segment) : shape.FieldName(segment[..bracket]) + segment[bracket..];
    }));

    /// <summary>The framework's sentence without the member's name, which stands in the path: "Must be between 1 and 10."</summary>
    public static string WireMessage(string message)
    {
        if (Required().IsMatch(message)) return "Is required.";

        return FieldMust().Match(message) is { Success: true } must ? $"Must {must.Groups["rest"].Value}" : message;
    }

    public static Failure Explain(IEnumerable<KeyValuePair<string, string[]>> errors, IErrorShape shape) => new(StatusCodes.Status400BadRequest, Fields)
    {
        Issues = [.. errors.SelectMany(field => field.Value.Select(message => new Issue(WirePath(field.Key, shape), WireMessage(message))))],
    };

    [GeneratedRegex("""^Required parameter "(?<type>.+) (?<name>\S+)" was not provided from (?<source>\w+)""")]
    private static partial Regex Missing();

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from """)]
    private static partial Regex Unbound();

    [GeneratedRegex("missing required properties including: (?<names>.+)$", RegexOptions.Singleline)]
    private static partial Regex MissingMembers();

    [GeneratedRegex("""['"](?<name>[^'"]+)['"]""")]
    private static partial Regex QuotedName();

    [GeneratedRegex("""^The JSON property '(?<name>[^']+)' could not be mapped""")]
    private static partial Regex UnknownMember();

    [GeneratedRegex(@"^The JSON value could not be converted to (?<type>\S+?)\.(\s|$)")]
    private static partial Regex WrongType();

    [GeneratedRegex(@"(as an? |out of bounds for an? |not in a supported )(?<type>\w+)( format)?\.$")]
    private static partial Regex WantedType();

    [GeneratedRegex(@"^The \S+ field is required\.$")]
    private static partial Regex Required();

    [GeneratedRegex(@"^The field \S+ must (?<rest>.+)$", RegexOptions.Singleline)]
    private static partial Regex FieldMust();
}
