using System.Text.Json;

namespace Outpost.Assistant.Web;

/// <summary>An error as OpenAI's API has it: <c>{"error":{"message","type","param","code"}}</c>, in the words that its clients act on.</summary>
internal static class OpenAiError
{
    public static void Write(Utf8JsonWriter json, int status, string code, string message, string? field)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, message);
        json.WriteString("type"u8, Type(status, code));
        if (string.IsNullOrEmpty(field)) json.WriteNull("param"u8);
        else json.WriteString("param"u8, field);
        json.WriteString("code"u8, Code(code));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Type(int status, string code) => status switch
    {
        _ when code == "BUDGET_EXCEEDED" => "insufficient_quota",
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    private static string Code(string code) => code switch
    {
        "UNAUTHORIZED" => "invalid_api_key",
        "RATE_LIMIT_EXCEEDED" => "rate_limit_exceeded",
        "INPUT_TOO_LONG" => "context_length_exceeded",
        "MODEL_UNKNOWN" => "model_not_found",
        _ => code.ToLowerInvariant(),
    };
}
