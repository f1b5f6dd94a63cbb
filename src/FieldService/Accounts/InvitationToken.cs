using System.Security.Cryptography;
using System.Text;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Accounts;

/// <summary>What the link of an invitation holds: 256 random bits, shown once and kept as a hash.</summary>
internal static class InvitationToken
{
    public const int Longest = 100;

    public static (string Token, byte[] Hash) New()
    {
        var token = Secret.UrlSafe();
        return (token, HashOf(token));
    }

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The page where it is used, by the address under which the caller reaches this service.</summary>
    public static string Link(HttpRequest request, string token) => $"{request.Scheme}://{request.Host}{request.PathBase}/welcome?token={token}";
}
