using System.Security.Cryptography;
using System.Text;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.Secrets;

namespace Outpost.FieldService.Portal;

public readonly record struct PortalLinkId(Guid Value) : IId
{
    public static PortalLinkId New() => new(Guid.CreateVersion7());
}

/// <summary>Lets a client see one document, or all of theirs, without signing in. It ends by itself, can be taken back, and its secret is shown once.</summary>
/// <param name="EstimateId">The estimate that it shows; with no document it shows everything of the client.</param>
public sealed record PortalLink(PortalLinkId Id, AccountId AccountId, Guid ClientId, Guid? EstimateId, Guid? InvoiceId, DateTimeOffset ExpiresAt, UserId CreatedBy, DateTimeOffset CreatedAt)
{
    internal const int LongestToken = 100;

    internal static readonly TimeSpan Lasts = TimeSpan.FromDays(60);

    internal static (string Token, byte[] Hash) Secret()
    {
        var token = Platform.Secrets.Secret.UrlSafe();
        return (token, Hash(token));
    }

    /// <summary>Looking up the hash of 256 random bits tells nothing about how close a guess was.</summary>
    internal static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>Who stands at the door with a link that works.</summary>
internal sealed record Visitor(
    Guid AccountId, Guid LinkId, Guid ClientId, Guid? EstimateId, Guid? InvoiceId, DateTimeOffset ExpiresAt, string AccountName, string TimeZone, string Currency)
{
    /// <summary>The client as the one who acts: the trail names no user of the company.</summary>
    public CurrentUser Caller => new(new(AccountId), default, UserRole.Owner, "", "", AccountName, TimeZone, Currency, default) { Actor = null };

    /// <summary>Null when the link leads nowhere: it never was, is over, or was taken back.</summary>
    public static async Task<Visitor?> OfAsync(ReadDb lookup, string token, TimeProvider clock, CancellationToken ct) =>
        token.Length is > 0 and <= PortalLink.LongestToken
            ? await lookup.FirstAsync<Visitor>($"select * from portal_link_holder({PortalLink.Hash(token)}, {clock.GetUtcNow()})", ct)
            : null;

    /// <summary>Whether the link shows this estimate or invoice: it is the one it was made for, or it was made for everything of its client.</summary>
    public bool Shows(Guid? document) => document is { } id && (id == EstimateId || id == InvoiceId || (EstimateId is null && InvoiceId is null));
}
