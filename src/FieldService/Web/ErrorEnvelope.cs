using System.Text.Json;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Web;

/// <summary>The field service's errors: <c>{"error":{"code","message","details"?,"traceId"}}</c>.</summary>
public sealed class ErrorEnvelope : IErrorShape
{
    public string ContentType => "application/json; charset=utf-8";

    /// <summary>The runbook's sign of a lost database is a 500, not a 503: row FSM-API-03.</summary>
    public Failure DatabaseUnreachable { get; } = new(StatusCodes.Status500InternalServerError, "Something went wrong on our side.");

    public int StatusOf(string code) => code switch
    {
        "VALIDATION_ERROR" => StatusCodes.Status400BadRequest,
        "UNAUTHORIZED" or "INVALID_CREDENTIALS" => StatusCodes.Status401Unauthorized,
        "FORBIDDEN" => StatusCodes.Status403Forbidden,
        "NOT_FOUND" => StatusCodes.Status404NotFound,
        "METHOD_NOT_ALLOWED" => StatusCodes.Status405MethodNotAllowed,
        "STALE_VERSION" => StatusCodes.Status412PreconditionFailed,
        "PAYLOAD_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCodes.Status415UnsupportedMediaType,
        "IMMUTABLE_ENTITY" or "PRECONDITION_FAILED" or "IDEMPOTENCY_KEY_REUSED" => StatusCodes.Status422UnprocessableEntity,
        "RATE_LIMITED" => StatusCodes.Status429TooManyRequests,
        "INTERNAL_ERROR" => StatusCodes.Status500InternalServerError,
        "SERVICE_UNAVAILABLE" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };

    public string FieldName(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    public void Write(Utf8JsonWriter json, Failure failure, HttpContext http)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, failure.Code ?? CodeOf(failure.Status));
        json.WriteString("message"u8, failure.Message);
        if (failure.Issues.Count > 0 || failure.Details is not null)
        {
            json.WriteStartObject("details"u8);
            if (failure.Issues.Count > 0) WriteIssues(json, failure.Issues);
            if (failure.Details is { } details)
            {
                foreach (var property in JsonSerializer.SerializeToElement(details, details.GetType(), WireJson.Options).EnumerateObject()) property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteString("traceId"u8, http.TraceId());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteIssues(Utf8JsonWriter json, IReadOnlyList<Issue> issues)
    {
        json.WriteStartArray("issues"u8);
        foreach (var issue in issues)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, issue.Path);
            json.WriteString("message"u8, issue.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "UNAUTHORIZED",
        StatusCodes.Status403Forbidden => "FORBIDDEN",
        StatusCodes.Status404NotFound => "NOT_FOUND",
        StatusCodes.Status405MethodNotAllowed => "METHOD_NOT_ALLOWED",
        StatusCodes.Status409Conflict => "CONFLICT",
        StatusCodes.Status413PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        StatusCodes.Status415UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
        StatusCodes.Status422UnprocessableEntity => "PRECONDITION_FAILED",
        StatusCodes.Status429TooManyRequests => "RATE_LIMITED",
        StatusCodes.Status503ServiceUnavailable => "SERVICE_UNAVAILABLE",
        >= 500 => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    };
}
