using System.Text;
using Outpost.Assistant.Catalogue;
using Outpost.Kernel;

namespace Outpost.Assistant.Providers;

/// <summary>
/// How many tokens a request can count as at most, before anyone has counted. Every tokenizer in use makes tokens of the bytes of a text, and no token of less
/// than a byte; some normalize the text first (NFKC), which makes a few characters longer. Around the text stand the words of the provider's own template.
/// </summary>
internal static class TokenBound
{
    // The templates of the four providers put less than ten tokens around a message and less than six hundred before tools; these leave room.
    private const long PerRequest = 64;
    private const long PerMessage = 32;
    public const long PerPart = 16;
    private const long BeforeTools = 1024;
    private const long PerTool = 128;
    private const long BeforeFormat = 512;

    // A schema reaches the model in a form that the provider chooses: indented, or with what is not ASCII escaped, which makes two bytes six.
    private const long SchemaGrowth = 3;

    // The characters that NFKC makes longer in UTF-8, in runs, with how many times longer at most. All others keep their length or lose some.
    private static readonly (int From, int To, int Times)[] Growing =
    [
        (0xA8, 0xBE, 3), (0x13F, 0x149, 2), (0x1C4, 0x1CC, 2), (0x1F1, 0x1F3, 2), (0x2D8, 0x2DD, 2), (0x344, 0x344, 2), (0x37A, 0x385, 3), (0x587, 0x587, 2), (0x675, 0x678, 2),
        (0x958, 0x95F, 2), (0x9DC, 0x9DF, 2), (0xA33, 0xA36, 2), (0xA59, 0xA5E, 2), (0xB5C, 0xB5D, 2), (0xE33, 0xE33, 2), (0xEB3, 0xEB3, 2), (0xEDC, 0xEDD, 2),
        (0xF43, 0xFB9, 3), (0x1FC1, 0x1FEE, 2), (0x2033, 0x2189, 4), (0x222C, 0x2ADC, 4), (0x309B, 0x309F, 2), (0x30FF, 0x30FF, 2), (0x3200, 0x32FE, 3), (0x32FF, 0x33FF, 6),
        (0xFA6C, 0xFAD7, 2), (0xFB13, 0xFDC7, 3), (0xFDF0, 0xFDFC, 11), (0xFE71, 0xFEFC, 2), (0x1D15E, 0x1D1C0, 3), (0x1F12A, 0x1F248, 3),
    ];

    /// <exception cref="RuleException"><c>IMAGE_NOT_READ</c>: the model counts images by their size, and the size of one is not to be had.</exception>
    public static long Of(ModelRequest request, Model model)
    {
        var bound = PerRequest;
        foreach (var message in request.Messages)
        {
            bound += PerMessage;
            foreach (var part in message.Parts) bound += PerPart + OfPart(part, model);
        }

        if (request.Tools.Count > 0) bound += BeforeTools;
        foreach (var tool in request.Tools) bound += PerTool + OfText(tool.Name) + OfText(tool.Description) + (SchemaGrowth * OfText(tool.Parameters));
        if (request.Format is { } format) bound += BeforeFormat + PerTool + OfText(format.Name) + (SchemaGrowth * OfText(format.Schema));
        return bound;
    }

    public static long OfText(string? text)
    {
        if (string.IsNullOrEmpty(text)) return 0;
        if (Ascii.IsValid(text)) return text.Length;

        long bytes = 0;
        foreach (var rune in text.EnumerateRunes()) bytes += (long)rune.Utf8SequenceLength * (rune.IsAscii ? 1 : Growth(rune.Value));
        return bytes;
    }

    private static long OfPart(Part part, Model model) => part switch
    {
        TextPart text => OfText(text.Text),
        ThinkingPart thinking => OfText(thinking.Text) + OfText(thinking.Signature),
        ToolCallPart call => OfText(call.Id) + OfText(call.Name) + (SchemaGrowth * OfText(call.Arguments)) + OfText(call.Signature),
        ToolResultPart result => OfText(result.CallId) + OfText(result.Name) + (SchemaGrowth * OfText(result.Content)),
        ImagePart image => OfImage(image, model),
        ImageLinkPart link => OfText(link.Address.OriginalString) + (model.Images switch
        {
            null => 0,
            { PerTile: 0 } images => images.Flat,
            _ => throw new RuleException("IMAGE_NOT_READ", $"{model.Name} counts an image by its size, which a link does not tell. Send the image itself."),
        }),
        // Its pages count as their text and as pictures, in ways that nobody publishes; what does not fit into the context is refused and not billed.
        DocumentPart => model.Context,
        _ => throw new InvalidOperationException($"A part of the kind {part.GetType().Name} has no bound."),
    };

    private static long OfImage(ImagePart image, Model model)
    {
        if (model.Images is not { } tokens) return 0;
        if (tokens.PerTile == 0) return tokens.Flat;

        var (width, height) = ImageSize.Of(image.Data.Span)
            ?? throw new RuleException("IMAGE_NOT_READ", $"{model.Name} counts an image by its size, and the size of this one cannot be read. Send it as PNG, JPEG, GIF or WebP.");
        return Math.Max(tokens.Flat, Tiles(width, tokens.TileSide) * Tiles(height, tokens.TileSide) * tokens.PerTile);
    }

    private static long Tiles(int pixels, int side) => (pixels + (long)side - 1) / side;

    private static int Growth(int rune)
    {
        foreach (var (from, to, times) in Growing)
        {
            if (rune <= to) return rune >= from ? times : 1;
        }

        return 1;
    }
}
