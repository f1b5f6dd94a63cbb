using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// Slows down guessing. Five attempts in fifteen minutes for one e-mail from one address; wider limits for an address (an office behind one
/// router signs in too) and for an e-mail (guessed from many addresses). Counted in PostgreSQL, so it holds across processes and restarts.
/// A successful sign-in takes its own attempt back.
/// </summary>
internal sealed partial class LoginLimiter(Tenants tenants, TimeProvider clock, ILogger<LoginLimiter> log)
{
    public const int PerEmailAndAddress = 5;
    public const int PerAddress = 50;
    public const int PerEmail = 50;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(900);

    public sealed record Attempt(IReadOnlyList<byte[]> Subjects, DateTimeOffset At);

    private sealed record Count(int Attempts, DateTimeOffset? Oldest);

    /// <summary>Counts an attempt before the password is looked at, so that guesses in parallel are counted too.</summary>
    /// <exception cref="LimitException">RATE_LIMITED</exception>
    public async Task<Attempt> BeginAsync(IPAddress? address, string email, CancellationToken ct)
    {
        var from = Network(address);
        (byte[] Subject, int Limit)[] limits = [(Subject("pair", from, email), PerEmailAndAddress), (Subject("address", from), PerAddress), (Subject("email", email), PerEmail)];
        var now = clock.GetUtcNow();

        await using var db = tenants.Open(null);
        // One order for everybody, or two attempts would wait for each other.
        foreach (var (subject, _) in limits.OrderBy(l => BitConverter.ToInt64(l.Subject)))
        {
            await db.RunAsync($"select pg_advisory_xact_lock({BitConverter.ToInt64(subject)})", ct);
        }

        foreach (var (subject, limit) in limits)
        {
            var count = await db.FirstAsync<Count>($"""
                select count(*)::int as attempts, min(attempted_at) as oldest from login_attempts
                where subject = {subject} and attempted_at > {now - Window}
                """, ct);
            if (count!.Attempts < limit) continue;

            var resets = count.Oldest!.Value + Window;
            Limited(log, (int)(resets - now).TotalSeconds);
            throw new LimitException("RATE_LIMITED", "Too many attempts to sign in. Try again later.", resets - now) { Limit = limit, ResetsAt = resets };
        }

        foreach (var (subject, _) in limits)
        {
            await db.RunAsync($"insert into login_attempts (subject, attempted_at) values ({subject}, {now})", ct);
        }

        await db.RunAsync($"delete from login_attempts where attempted_at < {now - Window}", ct);
        await db.CommitAsync(ct);
        return new([.. limits.Select(l => l.Subject)], now);
    }

    public async Task SucceededAsync(Attempt attempt, CancellationToken ct)
    {
        await using var db = tenants.Open(null);
        foreach (var subject in attempt.Subjects)
        {
            await db.RunAsync($"delete from login_attempts where subject = {subject} and attempted_at = {attempt.At}", ct);
        }

        await db.CommitAsync(ct);
    }

    // Whoever has an IPv6 connection has 2^64 addresses of it.
    private static string Network(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    private static byte[] Subject(params string[] parts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));

    [LoggerMessage(LogLevel.Warning, "Login refused: RATE_LIMITED for {RetryAfterSeconds} s")]
    private static partial void Limited(ILogger log, int retryAfterSeconds);
}
