using System.Collections.Frozen;

namespace Outpost.FieldService.Web;

/// <summary>The published error codes and the HTTP status of each.</summary>
internal static class Errors
{
    public static readonly FrozenDictionary<string, int> Status = new Dictionary<string, int>
    {
        ["VALIDATION_ERROR"] = StatusCodes.Status400BadRequest,
        ["UNAUTHORIZED"] = StatusCodes.Status401Unauthorized,
        ["INVALID_CREDENTIALS"] = StatusCodes.Status401Unauthorized,
        ["FORBIDDEN"] = StatusCodes.Status403Forbidden,
        ["NOT_FOUND"] = StatusCodes.Status404NotFound,
        ["METHOD_NOT_ALLOWED"] = StatusCodes.Status405MethodNotAllowed,
        ["CONFLICT"] = StatusCodes.Status409Conflict,
        ["INVALID_TRANSITION"] = StatusCodes.Status409Conflict,
        ["PAYLOAD_TOO_LARGE"] = StatusCodes.Status413PayloadTooLarge,
        ["UNSUPPORTED_MEDIA_TYPE"] = StatusCodes.Status415UnsupportedMediaType,
        ["IMMUTABLE_ENTITY"] = StatusCodes.Status422UnprocessableEntity,
        ["PRECONDITION_FAILED"] = StatusCodes.Status422UnprocessableEntity,
        ["IDEMPOTENCY_KEY_REUSED"] = StatusCodes.Status422UnprocessableEntity,
        ["RATE_LIMITED"] = StatusCodes.Status429TooManyRequests,
        ["INTERNAL_ERROR"] = StatusCodes.Status500InternalServerError,
    }.ToFrozenDictionary();
}
