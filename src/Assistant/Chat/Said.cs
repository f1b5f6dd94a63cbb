using System.Text.Json;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Chat;

/// <summary>How the parts of a message stand in the database and in an export.</summary>
internal static class Said
{
    private sealed record Kept(string Type, string? Text = null, string? MediaType = null, byte[]? Data = null, string? Url = null, string? Name = null);

    public static string ToJson(IEnumerable<Part> parts) => JsonSerializer.Serialize(parts.Select(Keep).OfType<Kept>(), Web.WireJson.Options);

    public static string ToJson(string text) => ToJson([new TextPart(text.Replace("\0", "", StringComparison.Ordinal))]);

    public static List<Part> Parts(string json) => [.. JsonSerializer.Deserialize<Kept[]>(json, Web.WireJson.Options)!.Select(Part)];

    public static string Text(string json) => string.Concat(Parts(json).OfType<TextPart>().Select(part => part.Text));

    /// <exception cref="Kernel.RuleException">VALIDATION_ERROR: the database cannot hold it.</exception>
    public static void Check(IEnumerable<Message> messages)
    {
        if (messages.SelectMany(message => message.Parts).OfType<TextPart>().Any(part => part.Text.Contains('\0'))) throw ChatRules.NoNul("messages");
    }

    private static Kept? Keep(Part part) => part switch
    {
        TextPart text => new("text", text.Text),
        ImagePart image => new("image", MediaType: image.MediaType, Data: image.Data.ToArray()),
        DocumentPart document => new("document", MediaType: DocumentPart.MediaType, Data: document.Data.ToArray(), Name: document.Name),
        ImageLinkPart link => new("image_link", Url: link.Address.AbsoluteUri),
        _ => null,
    };

    private static Part Part(Kept kept) => kept switch
    {
        { Type: "image", MediaType: { } type, Data: { } data } => new ImagePart(type, data),
        { Type: "document", Data: { } data, Name: { } name } => new DocumentPart(name, data),
        { Type: "image_link", Url: { } url } => new ImageLinkPart(new(url)),
        _ => new TextPart(kept.Text ?? ""),
    };
}
