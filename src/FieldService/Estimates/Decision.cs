using System.Net;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>What a client said to an estimate, bound to the words they saw. Written once and never changed.</summary>
/// <param name="TotalCents">What was agreed on.</param>
/// <param name="DecidedBy">Who recorded it; null when the client did so without anybody of the company.</param>
/// <param name="SignedName">As the client typed it.</param>
/// <param name="FromAddress">The address of the machine it came from.</param>
internal sealed record Decision(
    EstimateStatus Status, DateTimeOffset DecidedAt, int Revision, string ContentHash, Money TotalCents, UserId? DecidedBy, string? SignedName, string? FromAddress, string? UserAgent)
{
    private const int LongestAgent = 500;

    public static Decision Of(Estimate decided, string hash, CurrentUser user, string? signedName, HttpContext http) => new(
        decided.Status, decided.DecidedAt!.Value, decided.Revision, hash, decided.TotalCents, user.Actor is null ? null : user.Id, signedName, Address(http.Connection.RemoteIpAddress), Agent(http));

    private static string? Address(IPAddress? address) => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    private static string? Agent(HttpContext http) =>
        http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent[..Math.Min(agent.Length, LongestAgent)].Replace("\0", "", StringComparison.Ordinal) : null;
}
