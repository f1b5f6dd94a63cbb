using System.Net;
using System.Net.Sockets;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;
using Outpost.Platform.RateLimits;

namespace Outpost.FieldService.ApiKeys;

/// <summary>Knows on whose behalf a program calls, in one statement, and keeps one program from taking the service away from everybody else.</summary>
internal sealed class ApiKeyHolders(NpgsqlDataSource source, TimeProvider clock)
{
    public const int CallsPerMinute = 300;

    private readonly ReadDb _nobody = new(source, null);
    private readonly SlidingWindow _calls = new(clock, CallsPerMinute, TimeSpan.FromMinutes(1));

    private sealed record Holder(
        Guid AccountId, Guid UserId, string Email, string FullName, string Role, string AccountName, string TimeZone, string Currency, string Scopes);

    /// <summary>Null when the key is unknown, revoked or past its end, when its person has left, or when it may not be used from there.</summary>
    /// <exception cref="LimitException">RATE_LIMITED</exception>
    public async Task<CurrentUser?> OfAsync(string bearer, IPAddress? from, CancellationToken ct)
    {
        if (!ApiKeyText.TryParse(bearer, out var key)) return null;

        var caller = from is null ? null : Plain(from);
        var holder = await _nobody.FirstAsync<Holder>($"select * from api_key_holder({key.Id}, {key.Hash}, {caller}, {clock.GetUtcNow()})", ct);
        if (holder is null) return null;

        // Counted once the key is known to be good: an id that was seen somewhere must not let a stranger use up its calls.
        _calls.Take(key.Id.Value.ToString()).Demand("RATE_LIMITED", $"This API key has made {CallsPerMinute} calls within a minute. Wait a moment.");
        return new(
            new(holder.AccountId), new(holder.UserId), Words<UserRole>.Parse(holder.Role), holder.Email, holder.FullName, holder.AccountName, holder.TimeZone, holder.Currency, default)
        {
            ApiKey = key.Id,
            Scopes = holder.Scopes.Split(' '),
        };
    }

    /// <summary>The address as it is compared: an IPv4 caller on a dual-stack socket is one, and the network card of a link-local one is left out.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address.AddressFamily is AddressFamily.InterNetworkV6 ? new(address.GetAddressBytes()) : address;
}
