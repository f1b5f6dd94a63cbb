using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Web;

/// <summary>
/// A partial change, by RFC 7396: fields that are left out stay, <c>null</c> empties. It is laid over the thing as it could be written today,
/// and the result obeys the same form as a new one: one set of rules for both.
/// </summary>
internal sealed class Patch<T>(JsonObject changes, Form<T> form) where T : class
{
    public bool Names(string field) => changes.ContainsKey(field);

    /// <summary>Whether a list is sent in with something in it: it takes the place of whatever stood there instead.</summary>
    public bool HasAny(string field) => changes[field] is JsonArray { Count: > 0 };

    public bool IsEmpty => changes.Count == 0;

    /// <summary>What was sent in, for telling a retry from another request.</summary>
    public string Text => changes.ToJsonString();

    /// <summary>What stands there, unless the change names the other way to say it: then that takes its place.</summary>
    public TValue? Unless<TValue>(string other, TValue? current) => Names(other) ? default : current;

    /// <summary>What is asked of one field, as it was sent.</summary>
    public JsonNode? Of(string field) => changes[field];

    /// <summary>Refuses fields that <typeparamref name="T"/> does not have.</summary>
    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR</exception>
    public void SeeThatAllFieldsAreKnown() => MergePatch.SeeThatAllAreKnown(changes, typeof(T));

    public IEnumerable<string> Fields => changes.Select(change => change.Key);

    public static async ValueTask<Patch<T>?> BindAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException("The body must be JSON: send Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);

        try
        {
            using var sent = new MemoryStream();
            await http.Request.Body.CopyToAsync(sent, http.RequestAborted);
            var text = sent.GetBuffer().AsSpan(0, (int)sent.Length);
            // The parser would put a replacement character in the place of what it cannot read.
            if (!Utf8.IsValid(text)) throw new BadHttpRequestException("The body is not UTF-8.");

            var body = JsonNode.Parse(text, documentOptions: new() { MaxDepth = 16, AllowDuplicateProperties = false });
            // Half a surrogate pair passes the parser and is noticed only when the text is read.
            _ = body?.ToJsonString();
            return new(
                body as JsonObject ?? throw new BadHttpRequestException("The body must be a JSON object."),
                Form<T>.Of(http.RequestServices));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException("The body is not valid JSON.", malformed);
        }
    }

    /// <exception cref="BadHttpRequestException">The result cannot be read as <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidRequestException">The result breaks the form of <typeparamref name="T"/>.</exception>
    public async Task<T> OverAsync(T current, CancellationToken ct)
    {
        var merged = JsonSerializer.SerializeToNode(current, WireJson.Options)!.AsObject();
        Merge(merged, changes);

        return await form.ReadAsync(merged, ct);
    }

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            // A null at the top reaches the form as null, which says by itself whether it may be empty.
            if (value is JsonObject inner && target[name] is JsonObject there) MergePatch.Apply(there, inner);
            else target[name] = value?.DeepClone();
        }
    }
}
