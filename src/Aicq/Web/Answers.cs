using System.Buffers;
using System.Globalization;
using System.Text;
using Outpost.Platform.Http;

namespace Outpost.Aicq.Web;

/// <summary>How answers leave: whole, with their length, and copied into the connection's own buffer at once.</summary>
internal static class Answers
{
    public const string Json = "application/json";

    /// <summary>Sends what was written and gives the writer back; it must not be touched afterwards.</summary>
    public static Task SendAsync(this HttpContext http, JsonOut json, int status = StatusCodes.Status200OK)
    {
        json.Raw("\n"u8);
        var response = Begin(http, status, Json, json.Written.Length);
        response.BodyWriter.Write(json.Written);
        json.Return();
        return FlushAsync(http);
    }

    public static Task SendAsync(this HttpContext http, byte[] body, string contentType = Json, int status = StatusCodes.Status200OK)
    {
        var response = Begin(http, status, contentType, body.Length);
        if (!HttpMethods.IsHead(http.Request.Method)) response.BodyWriter.Write(body);
        return FlushAsync(http);
    }

    public static Task SendNothingAsync(this HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static HttpResponse Begin(HttpContext http, int status, string contentType, int length)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = length;
        return response;
    }

    private static Task FlushAsync(HttpContext http)
    {
        var flush = http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }
}

/// <summary>A request that is refused: a status and one sentence, which clients show or look for as it stands.</summary>
internal sealed class Refusal
{
    private readonly byte[] _body;

    private Refusal(int status, string message)
    {
        Status = status;
        _body = JsonOut.Rent().Raw("{\"error\":"u8).Text(message).Raw("}\n"u8).Take();
    }

    public int Status { get; }

    public static Refusal Of(int status, string message) => new(status, message);

    public static Refusal Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static Refusal Unsigned(string message) => new(StatusCodes.Status401Unauthorized, message);

    public static Refusal Forbidden(string message) => new(StatusCodes.Status403Forbidden, message);

    public static Refusal Missing(string message) => new(StatusCodes.Status404NotFound, message);

    public static Refusal Unprocessable(string message) => new(StatusCodes.Status422UnprocessableEntity, message);

    public static Refusal Limited(string message) => new(StatusCodes.Status429TooManyRequests, message);

    public static Refusal Unavailable { get; } = new(StatusCodes.Status503ServiceUnavailable, HubErrors.Unavailable);

    /// <param name="retryAfter">When the same request may succeed; null when waiting does not help.</param>
    public Task SendAsync(HttpContext http, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } wait) http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return http.SendAsync(_body, status: Status);
    }
}
