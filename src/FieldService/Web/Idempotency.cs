using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>
/// Makes a request that moves money or books time safe to send twice. The key is kept in the transaction of what it did, with the answer; a
/// second request with the same key waits for the first and gets that answer again, to the byte. A request that was refused has done nothing and kept nothing:
/// sent again it is judged again. Without a key a request simply runs. Keys are a person's own: somebody else's equal key is another key.
/// </summary>
internal sealed class Idempotency(CurrentUser user, Db db, HttpContext http)
{
    public const string Header = "Idempotency-Key";
    private const int LongestKey = 128;

    private string? _key;

    private sealed record Kept(byte[] RequestHash, int? Status, string? Answer);

    public static ValueTask<Idempotency?> BindAsync(HttpContext http) =>
        ValueTask.FromResult<Idempotency?>(new(http.Features.Get<CurrentUser>()!, http.RequestServices.GetRequiredService<Db>(), http));

    /// <summary>The answer that was given to this key before; null when the request is new and is to run now, in the same <see cref="Db"/>.</summary>
    /// <param name="body">What is asked for; the same key with anything else is refused.</param>
    /// <param name="keyInBody">The key where an older client puts it.</param>
    /// <exception cref="RuleException">IDEMPOTENCY_KEY_REUSED, VALIDATION_ERROR</exception>
    public async Task<IResult?> ReplayAsync<T>(T body, string? keyInBody, CancellationToken ct)
    {
        _key = Key(keyInBody);
        if (_key is null) return null;

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}\n{JsonSerializer.Serialize(body, WireJson.Options)}"));

        // Waits here while another request with the same key is under way.
        var isNew = await db.RunAsync($"""
            insert into idempotency_keys (account_id, user_id, key, request_hash)
            values ({user.Account}, {user.Id}, {_key}, {hash})
            on conflict do nothing
            """, ct) == 1;
        if (isNew) return null;

        var kept = await db.FirstAsync<Kept>($"""
            select request_hash, status, answer from idempotency_keys
            where account_id = {user.Account} and user_id = {user.Id} and key = {_key}
            """, ct);
        if (kept is null || !kept.RequestHash.AsSpan().SequenceEqual(hash))
        {
            throw new RuleException("IDEMPOTENCY_KEY_REUSED", "This idempotency key was used for another request. Use a new key for a new request.");
        }

        http.Response.Headers["Idempotency-Replayed"] = "true";
        return TypedResults.Text(kept.Answer!, "application/json; charset=utf-8", Encoding.UTF8, kept.Status!.Value);
    }

    /// <summary>True when the request names a key under which something was done and answered; what that was, <see cref="ReplayAsync"/> says.</summary>
    internal static async ValueTask<bool> IsAnsweredAsync(HttpContext http, CurrentUser user, Db db, CancellationToken ct) =>
        new Idempotency(user, db, http).Key(null) is { } key && await db.ValueAsync<bool>($"""
            select exists (select from idempotency_keys where account_id = {user.Account} and user_id = {user.Id} and key = {key} and status is not null)
            """, ct);

    /// <summary>Keeps the answer and commits it together with what it tells of.</summary>
    public async Task<IResult> CommitAsync<T>(int status, T answer, CancellationToken ct)
    {
        var text = JsonSerializer.Serialize(answer, WireJson.Options);
        if (_key is not null)
        {
            await db.RunAsync($"""
                update idempotency_keys set status = {status}, answer = {text}
                where account_id = {user.Account} and user_id = {user.Id} and key = {_key}
                """, ct);
        }

        await db.CommitAsync(ct);
        return TypedResults.Text(text, "application/json; charset=utf-8", Encoding.UTF8, status);
    }

    private string? Key(string? keyInBody)
    {
        // An empty header is the slip of a client that believes itself safe.
        if (!http.Request.Headers.TryGetValue(Header, out var headers)) return keyInBody is null or { Length: <= LongestKey } ? keyInBody : throw Malformed();
        if (headers.Count != 1) throw Malformed();

        // draft-ietf-httpapi-idempotency-key-header writes the key as a quoted string; most clients send it bare.
        // Without quotes a comma is two headers that something on the way has put together.
        var key = headers[0] is ['"', .. var quoted, '"'] ? quoted : headers[0]!.Contains(',') ? throw Malformed() : headers[0]!;
        if (key.Length is 0 or > LongestKey) throw Malformed();

        return keyInBody is null || keyInBody == key ? key
            : throw new RuleException("VALIDATION_ERROR", "The idempotency key of the header and the one of the body differ.") { Field = "idempotency_key" };
    }

    private static RuleException Malformed() =>
        new("VALIDATION_ERROR", $"{Header} is one key of 1 to {LongestKey} characters.") { Field = Header };
}
