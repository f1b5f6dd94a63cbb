using System.Data.Common;
using System.Runtime.CompilerServices;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Audit;

/// <summary>One row of an account's audit log with its place in the chain.</summary>
/// <param name="Seq">1 for the account's first row, and so on without gaps.</param>
/// <param name="Entry">The row as JSON, to the byte as it was hashed; null when the row is gone and only its link is left.</param>
/// <param name="Hash">SHA-256 over the hash before it and <paramref name="Entry"/>.</param>
public sealed record ChainLink(long Seq, string? Entry, byte[] Hash);

/// <summary>How far a chain goes: written down elsewhere it proves later that nothing up to here was changed or cut off.</summary>
public sealed record ChainHead(long Seq, string Hash)
{
    /// <summary>Reads <c>SEQ:HASH</c> as <see cref="ToString"/> writes it.</summary>
    public static bool TryParse(string? text, out ChainHead head)
    {
        head = new(0, "");
        if (text?.Split(':') is not [var seq, { Length: 64 } hash] || !hash.All(char.IsAsciiHexDigit)
            || !long.TryParse(seq, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            return false;
        }

        head = new(number, hash.ToLowerInvariant());
        return true;
    }

    public override string ToString() => $"{Seq}:{Hash}";
}

/// <summary>
/// Reads an account's chain from the database, piece by piece, so that neither memory nor a transaction grows with its length. The text of an entry is spelled
/// out here once more: a function in the database could be changed together with the rows.
/// </summary>
internal static class AuditChain
{
    private const int Piece = 1000;

    /// <summary>All links in order. What is added meanwhile is read too.</summary>
    public static async IAsyncEnumerable<ChainLink> LinksAsync(ReadDb db, AccountId account, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = 0L;
        List<ChainLink> piece;
        do
        {
            piece = await db.ReadAsync([$"""
                select c.seq,
                  (jsonb_build_object(
                    'seq', c.seq, 'id', a.id, 'account_id', a.account_id, 'entity_type', a.entity_type, 'entity_id', a.entity_id, 'action', a.action,
                    'actor_id', a.actor_id, 'old_value', a.old_value, 'new_value', a.new_value, 'trace_id', a.trace_id,
                    'created_at', to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                    || jsonb_strip_nulls(jsonb_build_object('api_key_id', to_jsonb(a) -> 'api_key_id')))::text,
                  c.hash, a.id is null
                from (select account_id, seq, audit_id, hash from audit_chain where account_id = {account} and seq > {last} order by seq limit {Piece}) c
                left join audit_log a on a.account_id = c.account_id and a.id = c.audit_id
                order by c.seq
                """], (results, token) => results.ListAsync(Link, token), ct);
            foreach (var link in piece) yield return link;
            if (piece is [.., var end]) last = end.Seq;
        }
        while (piece.Count == Piece);
    }

    /// <summary>Goes through the whole chain of an account, and through its log for rows that are in no chain.</summary>
    /// <param name="kept">A head that was written down before; null when there is none.</param>
    public static async Task<ChainVerdict> VerifyAsync(ReadDb db, AccountId account, ChainHead? kept, CancellationToken ct)
    {
        var check = new ChainCheck(kept);
        await foreach (var link in LinksAsync(db, account, ct))
        {
            if (!check.Add(link)) return check.Verdict();
        }

        var stray = await db.ValueAsync<Guid?>($"""
            select a.id from audit_log a
            where a.account_id = {account} and not exists (select from audit_chain c where c.account_id = a.account_id and c.audit_id = a.id)
            limit 1
            """, ct);
        if (stray is { } id) check.Stray(id);
        return check.Verdict();
    }

    private static ChainLink Link(DbDataReader row) => new(row.GetInt64(0), row.GetBoolean(3) ? null : row.GetString(1), (byte[])row[2]);
}
