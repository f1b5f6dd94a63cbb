using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Outpost.FieldService.Accounts;

/// <summary>What the cookie <c>session</c> says. The role is a hint for the reader of a log; what counts stands in the session's row.</summary>
public sealed record SessionClaims(Guid Sid, Guid UserId, Guid AccountId, string Role, long Iat, long Exp);

/// <summary>
/// A compact JSON Web Token with one fixed header (HS256). Any other header is not ours, so an algorithm can never be chosen by the sender.
/// </summary>
public sealed class SessionToken(string secret)
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(secret);

    public string Write(SessionClaims claims)
    {
        var signed = $"{Header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims, Json))}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(signed))}";
    }

    /// <summary>The claims, or null when the token is not ours, was altered, or is past its end.</summary>
    public SessionClaims? Read(string? token, DateTimeOffset now)
    {
        if (token is null or { Length: > 1024 } || token.Split('.') is not [var header, var payload, var signature] || header != Header) return null;

        // Compared as text: what is not our own spelling of the signature need not be decoded to be refused.
        var expected = Base64Url.EncodeToString(Sign($"{header}.{payload}"));
        if (!CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(signature.AsSpan()), MemoryMarshal.AsBytes(expected.AsSpan()))) return null;

        var claims = JsonSerializer.Deserialize<SessionClaims>(Base64Url.DecodeFromChars(payload), Json);
        return claims is not null && claims.Exp > now.ToUnixTimeSeconds() ? claims : null;
    }

    private byte[] Sign(string text) => HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(text));
}
