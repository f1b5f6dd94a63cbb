using System.Globalization;
using System.Text.Json;
using Outpost.Assistant.Budgets;
using Outpost.Platform.Http;

namespace Outpost.Assistant.Web;

/// <summary>
/// The assistant's errors: RFC 9457 with <c>error_code</c> and <c>request_id</c>; under <c>/v1</c> the shape that clients of OpenAI's API read.
/// </summary>
internal sealed class Problems : IErrorShape
{
    private const string Types = "https://api.local-assistant.dev/errors/";

    public string ContentType => "application/problem+json";

    public Failure DatabaseUnreachable { get; } = new(StatusCodes.Status503ServiceUnavailable, "The database cannot be reached at the moment. Try again shortly.");

    public int StatusOf(string code) => code switch
    {
        "VALIDATION_ERROR" or "IMAGE_NOT_READ" => StatusCodes.Status400BadRequest,
        "UNAUTHORIZED" or "INVALID_CREDENTIALS" => StatusCodes.Status401Unauthorized,
        "BUDGET_EXCEEDED" => StatusCodes.Status402PaymentRequired,
        "FORBIDDEN" or "DOMAIN_NOT_ALLOWED" => StatusCodes.Status403Forbidden,
        "NOT_FOUND" or "MODEL_UNKNOWN" => StatusCodes.Status404NotFound,
        "PAYLOAD_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCodes.Status415UnsupportedMediaType,
        "PRICE_UNKNOWN" or "MODEL_CANNOT" or "INPUT_TOO_LONG" => StatusCodes.Status422UnprocessableEntity,
        "RATE_LIMIT_EXCEEDED" => StatusCodes.Status429TooManyRequests,
        "INTERNAL_ERROR" or "DATABASE_ERROR" => StatusCodes.Status500InternalServerError,
        "PROVIDER_ERROR" => StatusCodes.Status502BadGateway,
        "SERVICE_UNAVAILABLE" or "CIRCUIT_BREAKER_OPEN" or "PROVIDER_NOT_CONFIGURED" => StatusCodes.Status503ServiceUnavailable,
        "TIMEOUT" => StatusCodes.Status504GatewayTimeout,
        _ when code.EndsWith("_NOT_FOUND", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status409Conflict,
    };

    public string FieldName(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    public void Write(Utf8JsonWriter json, Failure failure, HttpContext http)
    {
        if (failure.Details is BudgetRules.Numbers { OpensAt: { } opens }) TellWhen(http, opens);
        if (http.Request.Path.StartsWithSegments("/v1"))
        {
            http.Response.OnStarting(static state =>
            {
                ((HttpResponse)state).ContentType = "application/json";
                return Task.CompletedTask;
            }, http.Response);
            OpenAiError.Write(json, failure.Status, failure.Code ?? CodeOf(failure.Status), Sentence(failure), failure.Issues is [var first, ..] ? first.Path : null);
            return;
        }

        Write(json, failure.Status, failure.Code ?? CodeOf(failure.Status), failure.Message, http.Request.Path, http.TraceId(), failure.Issues, failure.Details);
    }

    /// <summary>A problem as an object of its own; also the last event of a stream that ends with one.</summary>
    public static void Write(Utf8JsonWriter json, int status, string code, string message, string path, Guid request, IReadOnlyList<Issue> issues, object? details)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Types + code.ToLowerInvariant().Replace('_', '-'));
        json.WriteString("title"u8, Title(code));
        json.WriteNumber("status"u8, status);
        json.WriteString("detail"u8, message);
        json.WriteString("instance"u8, path);
        json.WriteString("error_code"u8, code);
        json.WriteString("request_id"u8, request);
        if (issues.Count > 0)
        {
            json.WriteStartArray("errors"u8);
            foreach (var issue in issues)
            {
                json.WriteStartObject();
                json.WriteString("field"u8, issue.Path);
                json.WriteString("message"u8, issue.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (details is not null)
        {
            foreach (var property in JsonSerializer.SerializeToElement(details, details.GetType(), WireJson.Options).EnumerateObject()) property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "UNAUTHORIZED",
        StatusCodes.Status403Forbidden => "FORBIDDEN",
        StatusCodes.Status404NotFound => "NOT_FOUND",
        StatusCodes.Status405MethodNotAllowed => "METHOD_NOT_ALLOWED",
        StatusCodes.Status408RequestTimeout => "TIMEOUT",
        StatusCodes.Status413PayloadTooLarge => "PAYLOAD_TOO_LARGE",
        StatusCodes.Status415UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
        StatusCodes.Status429TooManyRequests => "RATE_LIMIT_EXCEEDED",
        StatusCodes.Status503ServiceUnavailable => "SERVICE_UNAVAILABLE",
        >= 500 => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    };

    // OpenAI's shape has no list of fields: the first one stands in the sentence.
    private static string Sentence(Failure failure) => failure.Issues is [var issue, ..] && issue.Message != failure.Message
        ? $"{failure.Message} {(issue.Path.Length > 0 ? issue.Path + ": " : "")}{issue.Message}"
        : failure.Message;

    private static string Title(string code)
    {
        var words = code.ToLowerInvariant().Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    private static void TellWhen(HttpContext http, DateTimeOffset opens)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling((opens - now).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
