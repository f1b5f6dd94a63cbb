namespace Outpost.Assistant.Providers;

internal enum Speaker { System, User, Assistant, Tool }

/// <summary>One turn of a conversation. Instructions of the system are messages too; each provider's client puts them where that provider wants them.</summary>
internal sealed record Message(Speaker By, IReadOnlyList<Part> Parts)
{
    public Message(Speaker by, string text) : this(by, [new TextPart(text)])
    {
    }

    public static Message System(string text) => new(Speaker.System, text);

    public static Message User(string text) => new(Speaker.User, text);

    public static Message Assistant(string text) => new(Speaker.Assistant, text);
}

/// <summary>A piece of a message: text, an image, a document, a call of a tool, its result, or what the model thought.</summary>
internal abstract record Part;

internal sealed record TextPart(string Text) : Part;

/// <param name="MediaType">image/png, image/jpeg, image/gif or image/webp.</param>
internal sealed record ImagePart(string MediaType, ReadOnlyMemory<byte> Data) : Part
{
    /// <summary>low, high or auto, where a provider knows the difference.</summary>
    public string? Detail { get; init; }
}

/// <summary>An image that the provider fetches by itself.</summary>
internal sealed record ImageLinkPart(Uri Address) : Part
{
    public string? Detail { get; init; }
}

/// <summary>A PDF.</summary>
/// <param name="Name">What its owner calls it.</param>
internal sealed record DocumentPart(string Name, ReadOnlyMemory<byte> Data) : Part
{
    public const string MediaType = "application/pdf";
}

/// <param name="Arguments">JSON as the model wrote it, which need not be valid.</param>
internal sealed record ToolCallPart(string Id, string Name, string Arguments) : Part
{
    /// <summary>Gemini's proof of the thought that led to the call; it wants it back.</summary>
    public string? Signature { get; init; }
}

/// <param name="CallId">The <see cref="ToolCallPart.Id"/> that it answers.</param>
/// <param name="Name">The tool's name.</param>
internal sealed record ToolResultPart(string CallId, string Name, string Content, bool IsError = false) : Part;

/// <summary>What a model thought, to be handed back to the provider that signed it; others never see it.</summary>
/// <param name="Signature">The provider's proof; null when it cannot be handed back.</param>
internal sealed record ThinkingPart(string Text, string? Signature) : Part;

/// <param name="Parameters">The JSON schema of its arguments.</param>
internal sealed record Tool(string Name, string? Description, string Parameters)
{
    /// <summary>Whether the model is held to the schema; null leaves it to the provider.</summary>
    public bool? Strict { get; init; }
}

/// <summary>What the model does about the tools it was given.</summary>
internal enum ToolUse { Auto, None, Required, One }

internal enum ReasoningEffort { Low, Medium, High }

/// <summary>The form that the answer has to have.</summary>
/// <param name="Schema">A JSON schema; null for any JSON.</param>
internal sealed record AnswerFormat(string? Schema, string Name = "answer", bool Strict = true);
