using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>
/// Makes a request that moves money or books time safe to send twice. The key is kept in the transaction of what it did, with the answer; a
/// second request with the same key waits for the first and gets that answer again. Without a key a request simply runs.
/// </summary>
internal sealed class Idempotency(CurrentUser user, Db db, HttpContext http)
{
    public const string Header = "Idempotency-Key";

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
        // draft-ietf-httpapi-idempotency-key-header writes the key as a quoted string; most clients send it bare.
        _key = http.Request.Headers[Header].ToString() is { Length: > 0 } header ? header.Trim('"') : keyInBody;
        if (_key is null) return null;
        if (_key.Length is 0 or > 128) throw new RuleException("VALIDATION_ERROR", "An idempotency key has 1 to 128 characters.") { Field = Header };

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
}
