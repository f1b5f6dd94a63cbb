using System.Text.Json;
using Outpost.Platform.Http;

namespace Outpost.Aicq.Web;

/// <summary>The hub's errors: <c>{"error":"…"}</c> and nothing else.</summary>
internal sealed class HubErrors : IErrorShape
{
    public const string Unavailable = "temporarily unavailable";

    public string ContentType => Answers.Json;

    public Failure DatabaseUnreachable { get; } = new(StatusCodes.Status503ServiceUnavailable, Unavailable) { RetryAfter = TimeSpan.FromSeconds(1) };

    public int StatusOf(string code) => StatusCodes.Status400BadRequest;

    public string FieldName(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    public void Write(Utf8JsonWriter json, Failure failure, HttpContext http)
    {
        json.WriteStartObject();
        json.WriteString("error"u8, Sentence(failure));
        json.WriteEndObject();
    }

    private static string Sentence(Failure failure) => failure.Status switch
    {
        StatusCodes.Status400BadRequest => "invalid request",
        StatusCodes.Status404NotFound => "404 page not found",
        StatusCodes.Status405MethodNotAllowed => "method not allowed",
        StatusCodes.Status413PayloadTooLarge => "request body too large",
        StatusCodes.Status415UnsupportedMediaType => "content-type must be application/json",
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        StatusCodes.Status500InternalServerError => "internal error",
        _ => failure.Message,
    };
}
