using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Outpost.Aicq.Agents;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Web;
using Outpost.Platform.Secrets;

namespace Outpost.Aicq.Signatures;

/// <summary>
/// Knows an agent by its signature, before anything of Redis is touched. Whoever sends wrong ones is counted by address, and while they are over that limit nothing
/// of theirs is verified.
/// </summary>
internal sealed class Verifier(AgentDirectory agents, Gate gate, TimeProvider clock)
{
    private const string AgentHeader = "X-AICQ-Agent", NonceHeader = "X-AICQ-Nonce", TimestampHeader = "X-AICQ-Timestamp", FirstHeader = "X-AICQ-Signature", SecondHeader = "X-AICQ-Signature-V2";

    /// <returns>Null when the request was refused, and answered.</returns>
    public async ValueTask<SignedRequest?> VerifyAsync(HttpContext http, CancellationToken ct)
    {
        var (signed, refusal) = gate.MayBeVerified(http) ? await LookAsync(http, ct) : (null, SignatureRules.BadSignature);
        if (signed is not null) return signed;

        if (await gate.AdmitAsync(http, Rule.Unsigned, ct)) await refusal!.SendAsync(http);
        return null;
    }

    private async ValueTask<(SignedRequest? Signed, Refusal? Refusal)> LookAsync(HttpContext http, CancellationToken ct)
    {
        var headers = http.Request.Headers;
        string? first = headers[FirstHeader], second = headers[SecondHeader], nonce = headers[NonceHeader], sent = headers[TimestampHeader], id = headers[AgentHeader];
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(nonce) || string.IsNullOrEmpty(sent) || (string.IsNullOrEmpty(first) && string.IsNullOrEmpty(second)))
            return (null, SignatureRules.MissingHeaders);
        if (!long.TryParse(sent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var timestamp)) return (null, SignatureRules.BadTimestamp);

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (timestamp <= now - SignatureRules.OldestMs || timestamp > now + SignatureRules.AheadMs) return (null, SignatureRules.NotNow);
        if (nonce.Length < SignatureRules.ShortestNonce) return (null, SignatureRules.NonceTooShort);
        if (nonce.Length > SignatureRules.LongestNonce) return (null, SignatureRules.NonceTooLong);
        if (!Uuid.TryParse(id, out var agentId)) return (null, SignatureRules.BadAgentId);
        if (await agents.FindAsync(agentId, ct) is not { } agent) return (null, SignatureRules.UnknownAgent);

        var body = await RequestBody.ReadAsync(http, ct);
        if (agent.PublicKey.Length != Ed25519.PublicKeyLength) return (null, SignatureRules.BadKey);

        // The stronger one decides where it is sent.
        var text = string.IsNullOrEmpty(second)
            ? SignedText.First(body, nonce, timestamp)
            : SignedText.Second(http.Request.Method, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, agent.Text, body, nonce, timestamp);
        return IsSignedBy(agent, text, string.IsNullOrEmpty(second) ? first! : second) ? (new(agent, nonce, body), null) : (null, SignatureRules.BadSignature);
    }

    private static bool IsSignedBy(Agent agent, byte[] text, string base64)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength + 2];
        return Convert.TryFromBase64String(base64, signature, out var length) && Ed25519.Verify(agent.PublicKey, text, signature[..length]);
    }
}
