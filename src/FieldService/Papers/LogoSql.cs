using System.Security.Cryptography;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>Every statement that writes <c>logos</c>.</summary>
internal static class LogoSql
{
    public static Task KeepAsync(Db db, AccountId account, string type, byte[] content, DateTimeOffset now, CancellationToken ct) => db.RunAsync($"""
        insert into logos (account_id, media_type, content, sha256, updated_at) values ({account}, {type}, {content}, {SHA256.HashData(content)}, {now})
        on conflict on constraint logos_pkey do update set media_type = excluded.media_type, content = excluded.content, sha256 = excluded.sha256, updated_at = excluded.updated_at
        """, ct);

    public static Task RemoveAsync(Db db, AccountId account, CancellationToken ct) => db.RunAsync($"delete from logos where account_id = {account}", ct);
}
