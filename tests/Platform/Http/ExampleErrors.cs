using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Outpost.Platform.Http;

namespace Outpost.Platform.Tests.Http;

/// <summary>A service's errors, as one could publish them: <c>{"error":{"code","message","details"?,"traceId"}}</c>.</summary>
internal sealed class ExampleErrors : IErrorShape
{
    public string ContentType => "application/json; charset=utf-8";

    public Failure DatabaseUnreachable { get; } = new(StatusCodes.Status500InternalServerError, "Something went wrong on our side.");

    public int StatusOf(string code) => code switch
    {
        "VALIDATION_ERROR" => StatusCodes.Status400BadRequest,
        "INVALID_CREDENTIALS" => StatusCodes.Status401Unauthorized,
        "FORBIDDEN" => StatusCodes.Status403Forbidden,
        "NOT_FOUND" => StatusCodes.Status404NotFound,
        "IMMUTABLE_ENTITY" or "PRECONDITION_FAILED" => StatusCodes.Status422UnprocessableEntity,
        "RATE_LIMITED" => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status409Conflict,
    };

    public string FieldName(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    public void Write(Utf8JsonWriter json, Failure failure, HttpContext http)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, failure.Code ?? CodeOf(failure.Status));
        json.WriteString("message"u8, failure.Message);
        if (failure.Issues.Count > 0)
        {
            json.WriteStartObject("details"u8);
            json.WriteStartArray("issues"u8);
            foreach (var issue in failure.Issues)
            {
                json.WriteStartObject();
                json.WriteString("path"u8, issue.Path);
                json.WriteString("message"u8, issue.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteString("traceId"u8, http.TraceId());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => "NOT_FOUND",
        StatusCodes.Status405MethodNotAllowed => "METHOD_NOT_ALLOWED",
        StatusCodes.Status413PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        StatusCodes.Status415UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
        StatusCodes.Status503ServiceUnavailable => "SERVICE_UNAVAILABLE",
        >= 500 => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    };
}
