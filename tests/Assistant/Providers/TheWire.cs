using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Wire;
using Outpost.Kernel;

namespace Outpost.Assistant.Tests.Providers;

public sealed class ServerSentEvents
{
    private const string Stream = "\uFEFF: hello\r\nevent: one\r\ndata: {\"a\":\"grüße 🌧️\"}\r\n\r\n\r\ndata: first\ndata:second\ndata\n\nevent:two\nid: 7\nretry: 5\ndata: x\n\nevent: nothing\n\ndata: [DONE]\n\n";

    private static readonly string[] Expected = ["one|{\"a\":\"grüße 🌧️\"}", "|first\nsecond\n", "two|x", "|[DONE]"];

    [Fact]
    public void Are_the_same_wherever_the_network_cut_them()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        var cuts = Gen.Choose(3, 40).Select(first => first).SelectMany(first => Gen.Choose(1, 12).ListOf(30).Select(sizes => (first, sizes)));

        Prop.ForAll(cuts.ToArbitrary(), cut => Read(new Trickle(bytes, [cut.first, .. cut.sizes]), 1 << 20).SequenceEqual(Expected)).QuickCheckThrowOnFailure();
        Assert.Equal(Expected, Read(new MemoryStream(bytes), 1 << 20));
    }

    [Fact]
    public void A_line_or_an_event_without_an_end_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => Read(new MemoryStream(Encoding.UTF8.GetBytes("data: " + new string('x', 5_000))), 4_096));
        Assert.Throws<InvalidDataException>(() => Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data: " + new string('x', 900) + "\n", 6)))), 4_096));
    }

    private static List<string> Read(Stream stream, int largest)
    {
        using var reader = new SseReader(stream, largest);
        var events = new List<string>();
        while (true)
        {
            while (reader.TryRead()) events.Add($"{Encoding.UTF8.GetString(reader.Type)}|{Encoding.UTF8.GetString(reader.Data)}");
            var more = reader.FillAsync(CancellationToken.None).AsTask();
            Assert.True(more.IsCompleted);
            if (!more.GetAwaiter().GetResult()) return events;
        }
    }

    /// <summary>A stream that gives out a few bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        private int _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, sizes[_read++ % sizes.Length])], cancellationToken);
    }
}

public sealed class AnUpperBoundOfTokens
{
    private static readonly Model Model = Practice.ModelOf("anthropic");

    [Theory]
    [InlineData("plain", 5)]
    [InlineData("Grüße", 7)]
    [InlineData("雨雨", 6)]
    [InlineData("🌧", 4)]
    // Characters that a tokenizer may take apart before it counts (NFKC): one of three bytes becomes 33, a square word 18.
    [InlineData("\uFDFA", 33)]
    [InlineData("\u3316", 18)]
    [InlineData("½", 6)]
    public void Of_a_text_is_its_bytes_as_a_tokenizer_may_spell_it(string text, long least) => Assert.InRange(TokenBound.OfText(text), least, least * 2);

    [Fact]
    public void Is_never_below_the_rule_by_which_anyone_counts()
    {
        var texts = Gen.Elements("a", "Ä", "雨", "🌧️", " ", "\n", "{}", "ﷺ").ListOf().Select(parts => string.Concat(parts));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var request = new ModelRequest
            {
                Messages = [Message.System(text), Message.User(text), new(Speaker.Assistant, [new ToolCallPart("id", "tool", $$"""{"x":"{{text}}"}""")]), new(Speaker.Tool, [new ToolResultPart("id", "tool", text)])],
                Tools = [new("tool", text, """{"type":"object"}""")],
            };
            return TokenBound.Of(request, Model) >= TokenCount.OfInput(request, Model) && TokenBound.OfText(text) >= Encoding.UTF8.GetByteCount(text);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Counts_an_image_by_its_size_where_the_model_does()
    {
        var tiled = Model with { Images = new(258, 258, 256) };
        var request = (byte[] image) => new ModelRequest { Messages = [new(Speaker.User, [new ImagePart("image/png", image)])] };
        var none = TokenBound.Of(request([]) with { Messages = [new(Speaker.User, [new TextPart("")])] }, tiled);

        Assert.Equal(none + (4 * 3 * 258), TokenBound.Of(request(Png(1024, 513)), tiled));
        Assert.Equal("IMAGE_NOT_READ", Assert.Throws<RuleException>(() => TokenBound.Of(request([1, 2, 3]), tiled)).Code);
        Assert.Equal("IMAGE_NOT_READ", Assert.Throws<RuleException>(() => TokenBound.Of(new() { Messages = [new(Speaker.User, [new ImageLinkPart(new("https://example.com/x.png"))])] }, tiled)).Code);
        Assert.Equal(none + 1_000, TokenBound.Of(request([1, 2, 3]), Model));
    }

    [Fact]
    public void Sizes_are_read_from_the_first_bytes_of_every_kind_of_image()
    {
        Assert.Equal((1024, 513), ImageSize.Of(Png(1024, 513)));
        Assert.Equal((300, 200), ImageSize.Of([.. "GIF89a"u8, 0x2C, 0x01, 0xC8, 0x00]));
        Assert.Equal((640, 480), ImageSize.Of([0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC2, 0, 17, 8, 0x01, 0xE0, 0x02, 0x80, 3, 1, 0x22, 0]));
        Assert.Equal((100, 50), ImageSize.Of([.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 49, 0, 0]));
        foreach (var nonsense in (byte[][])[[], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0], [.. "RIFFxxxxWEBP"u8], Png(0, 5)]) Assert.Null(ImageSize.Of(nonsense));
    }

    private static byte[] Png(int width, int height) =>
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, (byte)(width >> 8), (byte)(width & 0xFF), 0, 0, (byte)(height >> 8), (byte)(height & 0xFF)];
}

/// <summary>What every API is sent for one and the same request.</summary>
public sealed class ARequestOnTheWire
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"}}}""";

    private static readonly ModelRequest Request = new()
    {
        Messages =
        [
            Message.System("Be brief."),
            new(Speaker.User, [new TextPart("Is this Bern?"), new ImagePart("image/png", new byte[] { 251, 255, 254 })]),
            new(Speaker.Assistant, [new TextPart("Let me see."), new ToolCallPart("c1", "weather", """{"city":"Bern"}"""), new ToolCallPart("c2", "time", "not json")]),
            new(Speaker.Tool, [new ToolResultPart("c1", "weather", "rain")]),
            new(Speaker.Tool, [new ToolResultPart("c2", "time", "no clock", IsError: true)]),
        ],
        Tools = [new("weather", "Tells it.", Schema)],
        ToolUse = ToolUse.One,
        ToolName = "weather",
        MaxOutputTokens = 300,
        Temperature = 0.5,
        Stop = ["END"],
        Cache = CacheLifetime.OneHour,
    };

    [Fact]
    public void Anthropic_gets_instructions_apart_and_results_in_one_message() => Same(new AnthropicMessages(TimeProvider.System), """
        {"model":"anthropic-model","max_tokens":300,"stream":true,
         "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
         "messages":[
           {"role":"user","content":[{"type":"text","text":"Is this Bern?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"+//+"}}]},
           {"role":"assistant","content":[{"type":"text","text":"Let me see."},{"type":"tool_use","id":"c1","name":"weather","input":{"city":"Bern"}},{"type":"tool_use","id":"c2","name":"time","input":{}}]},
           {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"rain"},{"type":"tool_result","tool_use_id":"c2","content":"no clock","is_error":true}]}],
         "tools":[{"name":"weather","description":"Tells it.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}},"cache_control":{"type":"ephemeral","ttl":"1h"}}],
         "tool_choice":{"type":"tool","name":"weather"},"temperature":0.5,"stop_sequences":["END"]}
        """);

    [Fact]
    public void OpenAi_gets_a_message_for_each_result_and_its_own_price_tier() => Same(new OpenAiChat(compatible: false, TimeProvider.System), """
        {"model":"anthropic-model","messages":[
           {"role":"system","content":"Be brief."},
           {"role":"user","content":[{"type":"text","text":"Is this Bern?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,+//+"}}]},
           {"role":"assistant","content":"Let me see.","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bern\"}"}},{"id":"c2","type":"function","function":{"name":"time","arguments":"not json"}}]},
           {"role":"tool","tool_call_id":"c1","content":"rain"},{"role":"tool","tool_call_id":"c2","content":"no clock"}],
         "max_completion_tokens":300,"stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"stop":["END"],
         "tools":[{"type":"function","function":{"name":"weather","description":"Tells it.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],
         "tool_choice":{"type":"function","function":{"name":"weather"}},"service_tier":"default"}
        """);

    [Fact]
    public void Compatible_servers_get_the_older_word_for_the_limit()
    {
        var json = Write(new OpenAiChat(compatible: true, TimeProvider.System), Request);

        Assert.Equal(300, (int)json["max_tokens"]!);
        Assert.Null(json["max_completion_tokens"] ?? json["service_tier"]);
    }

    [Fact]
    public void Responses_gets_items_and_keeps_nothing() => Same(new OpenAiResponses(TimeProvider.System), """
        {"model":"anthropic-model","instructions":"Be brief.","input":[
           {"type":"message","role":"user","content":[{"type":"input_text","text":"Is this Bern?"},{"type":"input_image","image_url":"data:image/png;base64,+//+","detail":"auto"}]},
           {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Let me see."}]},
           {"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Bern\"}"},{"type":"function_call","call_id":"c2","name":"time","arguments":"not json"},
           {"type":"function_call_output","call_id":"c1","output":"rain"},{"type":"function_call_output","call_id":"c2","output":"no clock"}],
         "max_output_tokens":300,"store":false,"service_tier":"default","stream":true,"temperature":0.5,
         "tools":[{"type":"function","name":"weather","description":"Tells it.","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":false}],
         "tool_choice":{"type":"function","name":"weather"}}
        """);

    [Fact]
    public void Gemini_gets_contents_and_parts() => Same(new Gemini(TimeProvider.System), """
        {"systemInstruction":{"parts":[{"text":"Be brief."}]},
         "contents":[
           {"role":"user","parts":[{"text":"Is this Bern?"},{"inlineData":{"mimeType":"image/png","data":"+//+"}}]},
           {"role":"model","parts":[{"text":"Let me see."},{"functionCall":{"name":"weather","args":{"city":"Bern"}}},{"functionCall":{"name":"time","args":{}}}]},
           {"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"result":"rain"}}},{"functionResponse":{"name":"time","response":{"error":"no clock"}}}]}],
         "tools":[{"functionDeclarations":[{"name":"weather","description":"Tells it.","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}}]}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}},
         "generationConfig":{"maxOutputTokens":300,"temperature":0.5,"stopSequences":["END"]}}
        """);

    [Fact]
    public void A_pdf_goes_to_each_in_its_own_form_and_may_fill_the_context()
    {
        var request = new ModelRequest { Messages = [new(Speaker.User, [new TextPart("Sum it up."), new DocumentPart("march.pdf", "%PDF-"u8.ToArray())])] };

        Assert.Equal(Abilities.Documents, request.Needs);
        Assert.True(TokenBound.Of(request, Practice.ModelOf("x")) >= Practice.ModelOf("x").Context);
        Sent(new AnthropicMessages(TimeProvider.System), """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"march.pdf"}""");
        Sent(new OpenAiChat(false, TimeProvider.System), """{"type":"file","file":{"filename":"march.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}""");
        Sent(new OpenAiResponses(TimeProvider.System), """{"type":"input_file","filename":"march.pdf","file_data":"data:application/pdf;base64,JVBERi0="}""");
        Sent(new Gemini(TimeProvider.System), """{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0="}}""");

        void Sent(IWireFormat format, string part) => Assert.Contains(part, Write(format, request).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thought_goes_back_only_to_whoever_signed_it()
    {
        var request = new ModelRequest
        {
            Messages =
            [
                Message.User("And?"),
                new(Speaker.Assistant, [new ThinkingPart("hm", "anthropic:SIG-A"), new ThinkingPart("", "gemini:SIG-G"), new ThinkingPart("unsigned", null), new TextPart("So."), new ToolCallPart("c", "t", "{}") { Signature = "gemini:SIG-C" }]),
            ],
        };

        var anthropic = Write(new AnthropicMessages(TimeProvider.System), request).ToJsonString();
        var gemini = Write(new Gemini(TimeProvider.System), request).ToJsonString();
        var openai = Write(new OpenAiChat(false, TimeProvider.System), request).ToJsonString();

        Assert.Equal((true, false, false), (anthropic.Contains("SIG-A", StringComparison.Ordinal), anthropic.Contains("SIG-G", StringComparison.Ordinal), anthropic.Contains("SIG-C", StringComparison.Ordinal)));
        Assert.Equal((false, true, true), (gemini.Contains("SIG-A", StringComparison.Ordinal), gemini.Contains("SIG-G", StringComparison.Ordinal), gemini.Contains("SIG-C", StringComparison.Ordinal)));
        Assert.DoesNotContain("SIG", openai + anthropic.Replace("SIG-A", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_that_take_no_sampling_are_sent_none_and_effort_has_the_word_of_each()
    {
        var request = new ModelRequest { Messages = [Message.User("Hi")], Temperature = 0.5, Effort = ReasoningEffort.Medium };
        var model = Practice.ModelOf("x") with { Sampling = false, Thinking = Thinking.Adaptive };

        var anthropic = Write(new AnthropicMessages(TimeProvider.System), request, model);
        Assert.Equal(("adaptive", "medium"), ((string)anthropic["thinking"]!["type"]!, (string)anthropic["output_config"]!["effort"]!));
        Assert.Equal(4096 / 2, (int)Write(new AnthropicMessages(TimeProvider.System), request with { Effort = ReasoningEffort.High }, model with { Thinking = Thinking.Budget })["thinking"]!["budget_tokens"]!);
        Assert.Equal("medium", (string)Write(new OpenAiChat(false, TimeProvider.System), request, model)["reasoning_effort"]!);
        Assert.Equal("medium", (string)Write(new OpenAiResponses(TimeProvider.System), request, model)["reasoning"]!["effort"]!);
        Assert.Equal(8192, (int)Write(new Gemini(TimeProvider.System), request, model)["generationConfig"]!["thinkingConfig"]!["thinkingBudget"]!);
        Assert.All<IWireFormat>([new AnthropicMessages(TimeProvider.System), new OpenAiChat(false, TimeProvider.System), new OpenAiResponses(TimeProvider.System), new Gemini(TimeProvider.System)],
            format => Assert.DoesNotContain("temperature", Write(format, request, model).ToJsonString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1s", 1_000)]
    [InlineData("6m0s", 360_000)]
    [InlineData("120ms", 120)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1h2m3s", 3_723_000)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Waits_are_read_as_the_providers_write_them(string text, int? milliseconds) => Assert.Equal(milliseconds, WireErrors.Duration(text)?.TotalMilliseconds);

    private static void Same(IWireFormat format, string expected)
    {
        var written = Write(format, Request);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), written), written.ToJsonString());
    }

    private static JsonObject Write(IWireFormat format, ModelRequest request, Model? model = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) format.Write(json, model ?? Practice.ModelOf("anthropic"), request);
        return JsonNode.Parse(bytes.WrittenSpan)!.AsObject();
    }
}
