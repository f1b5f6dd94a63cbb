using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers;

internal enum AnswerEventKind
{
    /// <summary>First of all: <see cref="AnswerEvent.Name"/> is the model that answers, <see cref="AnswerEvent.Id"/> the provider's name for the answer.</summary>
    Started,

    /// <summary><see cref="AnswerEvent.Text"/> comes next in the answer.</summary>
    Text,

    /// <summary><see cref="AnswerEvent.Text"/> comes next in what the model lets us see of its thoughts.</summary>
    Thinking,

    /// <summary><see cref="AnswerEvent.Text"/> proves the thought so far.</summary>
    Signature,

    /// <summary>The call <see cref="AnswerEvent.Id"/> of the tool <see cref="AnswerEvent.Name"/> begins at <see cref="AnswerEvent.Index"/>.</summary>
    ToolCall,

    /// <summary><see cref="AnswerEvent.Text"/> comes next in the arguments of the call at <see cref="AnswerEvent.Index"/>.</summary>
    ToolArguments,

    /// <summary><see cref="AnswerEvent.Usage"/> so far, as the provider says; each replaces the one before. The router keeps these to itself.</summary>
    Usage,

    /// <summary>Last of all: <see cref="AnswerEvent.Reason"/>, and from the router the whole <see cref="AnswerEvent.Usage"/>.</summary>
    Finished,
}

internal enum FinishReason { Stop, Length, ToolCalls, Refused }

/// <summary>One step of an answer. What is no error of the wire ends with <see cref="AnswerEventKind.Finished"/>; everything else is a <see cref="ProviderException"/>.</summary>
internal readonly record struct AnswerEvent
{
    public required AnswerEventKind Kind { get; init; }

    public string Text { get; init; }

    /// <summary>Counts the calls of tools within one answer, from 0.</summary>
    public int Index { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }

    /// <summary>Gemini's proof of the thought behind a call; see <see cref="ToolCallPart.Signature"/>.</summary>
    public string? Signature { get; init; }

    public Usage Usage { get; init; }

    /// <summary>The usage is not the last word: more may have been put out than it says.</summary>
    public bool Partial { get; init; }

    /// <summary>The usage was counted here, because the provider did not say it.</summary>
    public bool Counted { get; init; }

    public FinishReason Reason { get; init; }

    public static AnswerEvent Started(string model, string? id) => new() { Kind = AnswerEventKind.Started, Name = model, Id = id, Text = "" };

    public static AnswerEvent OfText(string text) => new() { Kind = AnswerEventKind.Text, Text = text };

    public static AnswerEvent OfThinking(string text) => new() { Kind = AnswerEventKind.Thinking, Text = text };

    public static AnswerEvent OfSignature(string text) => new() { Kind = AnswerEventKind.Signature, Text = text };

    public static AnswerEvent ToolCall(int index, string id, string name, string? signature = null) =>
        new() { Kind = AnswerEventKind.ToolCall, Index = index, Id = id, Name = name, Signature = signature, Text = "" };

    public static AnswerEvent ToolArguments(int index, string text) => new() { Kind = AnswerEventKind.ToolArguments, Index = index, Text = text };

    public static AnswerEvent OfUsage(Usage usage, bool partial) => new() { Kind = AnswerEventKind.Usage, Usage = usage, Partial = partial, Text = "" };

    public static AnswerEvent Finished(FinishReason reason) => new() { Kind = AnswerEventKind.Finished, Reason = reason, Text = "" };

    /// <summary>Something the caller can see: from here on nobody else may answer.</summary>
    public bool IsContent => Kind is AnswerEventKind.Text or AnswerEventKind.Thinking or AnswerEventKind.Signature or AnswerEventKind.ToolCall or AnswerEventKind.ToolArguments;
}
