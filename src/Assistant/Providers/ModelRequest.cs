using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers;

/// <summary>What a model is asked, the same for every provider. Which model answers is not said here.</summary>
internal sealed record ModelRequest
{
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>
    /// The most that may be put out, thinking included. Null means as much as the model can; the router's plan then says how much that is, and can set
    /// another number.
    /// </summary>
    public int? MaxOutputTokens { get; init; }

    public IReadOnlyList<Tool> Tools { get; init; } = [];

    public ToolUse ToolUse { get; init; }

    /// <summary>The tool to call, when <see cref="ToolUse"/> is <see cref="Providers.ToolUse.One"/>.</summary>
    public string? ToolName { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Null for text.</summary>
    public AnswerFormat? Format { get; init; }

    public ReasoningEffort? Effort { get; init; }

    /// <summary>Whether the provider keeps system instructions and tools for the next call; only Anthropic is told, the others decide by themselves.</summary>
    public CacheLifetime Cache { get; init; }

    /// <summary>
    /// Whether the provider is asked to send its answer as it comes. The events are the same; without it they all come at the end. An answer that breaks off counts
    /// as what was seen of it; one that was not streamed counts as long as it may have been.
    /// </summary>
    public bool Stream { get; init; } = true;

    /// <summary>What a model must be able to do to answer this.</summary>
    public Abilities Needs
    {
        get
        {
            var needs = Tools.Count > 0 ? Abilities.Tools : Abilities.None;
            if (Format is not null) needs |= Abilities.Json;
            foreach (var message in Messages)
            {
                foreach (var part in message.Parts)
                {
                    if (part is ImagePart or ImageLinkPart) needs |= Abilities.Vision;
                    else if (part is DocumentPart) needs |= Abilities.Documents;
                }
            }

            return needs;
        }
    }
}
