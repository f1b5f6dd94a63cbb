using System.Text;
using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers;

/// <summary>
/// What is booked when the provider does not say what it counted: a token for every three bytes begun, and four around each message. Ordinary text has four bytes
/// to a token, Chinese three, so this is rather too much than too little; but it is an estimate, and every line that rests on it is flagged.
/// </summary>
internal static class TokenCount
{
    public const int BytesPerToken = 3;
    public const int PerMessage = 4;

    public static long OfInput(ModelRequest request, Model model)
    {
        long tokens = 0;
        foreach (var message in request.Messages)
        {
            tokens += PerMessage;
            foreach (var part in message.Parts)
            {
                tokens += part switch
                {
                    TextPart text => OfBytes(Encoding.UTF8.GetByteCount(text.Text)),
                    ToolCallPart call => OfBytes(Encoding.UTF8.GetByteCount(call.Name) + Encoding.UTF8.GetByteCount(call.Arguments)),
                    ToolResultPart result => OfBytes(Encoding.UTF8.GetByteCount(result.Content)),
                    DocumentPart document => OfBytes(document.Data.Length),
                    ImagePart or ImageLinkPart => model.Images?.Flat ?? 0,
                    _ => 0,
                };
            }
        }

        foreach (var tool in request.Tools)
            tokens += OfBytes(Encoding.UTF8.GetByteCount(tool.Name) + Encoding.UTF8.GetByteCount(tool.Description ?? "") + Encoding.UTF8.GetByteCount(tool.Parameters));
        if (request.Format?.Schema is { } schema) tokens += OfBytes(Encoding.UTF8.GetByteCount(schema));
        return tokens;
    }

    public static long OfBytes(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;

    /// <summary>The bytes of an answer that count, as its events come by.</summary>
    public static int Bytes(in AnswerEvent step) => step.Kind switch
    {
        AnswerEventKind.Text or AnswerEventKind.Thinking or AnswerEventKind.ToolArguments => Encoding.UTF8.GetByteCount(step.Text),
        AnswerEventKind.ToolCall => Encoding.UTF8.GetByteCount(step.Name ?? ""),
        _ => 0,
    };
}
