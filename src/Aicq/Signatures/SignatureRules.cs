using Outpost.Aicq.Web;

namespace Outpost.Aicq.Signatures;

/// <summary>Every way in which a signature can be wrong, in the published words.</summary>
internal static class SignatureRules
{
    public const int ShortestNonce = 24, LongestNonce = 128;

    /// <summary>How old a signature may be, and how far ahead a caller's clock.</summary>
    public const long OldestMs = 30_000, AheadMs = 5_000;

    public static readonly Refusal MissingHeaders = Refusal.Unsigned("missing auth headers");
    public static readonly Refusal BadTimestamp = Refusal.Unsigned("invalid timestamp format");
    public static readonly Refusal NotNow = Refusal.Unsigned("timestamp expired or too far in future");
    public static readonly Refusal NonceTooShort = Refusal.Unsigned("nonce must be at least 24 characters");
    public static readonly Refusal NonceTooLong = Refusal.Unsigned("nonce must be at most 128 characters");
    public static readonly Refusal BadAgentId = Refusal.Unsigned("invalid agent ID format");
    public static readonly Refusal UnknownAgent = Refusal.Unsigned("agent not found");
    public static readonly Refusal BadKey = Refusal.Unsigned("invalid agent public key");
    public static readonly Refusal BadSignature = Refusal.Unsigned("invalid signature");
}
