using System.Security.Cryptography;
using System.Text;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;

namespace Outpost.FieldService.Calendar;

public readonly record struct CalendarFeedId(Guid Value) : IId
{
    public static CalendarFeedId New() => new(Guid.CreateVersion7());
}

/// <summary>A secret address at which a calendar program fetches somebody's visits. A person has at most one; the secret itself is shown once and kept nowhere.</summary>
public sealed record CalendarFeed(CalendarFeedId Id, AccountId AccountId, UserId UserId, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Looking up the hash of 256 random bits tells nothing about how close a guess was.</summary>
    internal static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
