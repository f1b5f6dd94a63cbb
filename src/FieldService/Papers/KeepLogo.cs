using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

/// <summary>The logo at the head of the company's papers. It is kept in the database, so that a backup has it, and is small for that reason.</summary>
internal static class KeepLogo
{
    private sealed record About(string MediaType, int Bytes, string Sha256);

    private sealed record Content(string MediaType, byte[] Bytes, byte[] Sha256);

    public static async Task<NoContent> Handle(HttpRequest http, CurrentUser user, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (http.ContentLength > PaperRules.LargestLogo) throw PaperRules.LogoIsTooLarge();

        await KeepAsync(await ReadAsync(http.Body, ct), user, db, clock.GetUtcNow(), ct);
        return TypedResults.NoContent();
    }

    /// <exception cref="RuleException">It is no PNG or JPEG, or too large.</exception>
    public static async Task KeepAsync(byte[] picture, CurrentUser user, Db db, DateTimeOffset now, CancellationToken ct)
    {
        if (picture.Length > PaperRules.LargestLogo) throw PaperRules.LogoIsTooLarge();

        var (type, width, height) = Look(picture) ?? throw PaperRules.LogoIsNoPicture();
        if (width is < 1 or > PaperRules.MostPixels || height is < 1 or > PaperRules.MostPixels) throw PaperRules.LogoHasTooManyPixels();

        var before = await FindAsync(db, user.Account, ct);
        var kept = new About(type, picture.Length, Convert.ToHexStringLower(SHA256.HashData(picture)));
        await LogoSql.KeepAsync(db, user.Account, type, picture, now, ct);
        // The trail says which picture; the picture itself is in its table.
        await AuditLog.Updated(db, user, "account", user.Account, new { Logo = before }, new { Logo = kept }, ct);
        await db.CommitAsync(ct);
    }

    public static async Task<NoContent> Remove(CurrentUser user, Db db, CancellationToken ct)
    {
        if (await FindAsync(db, user.Account, ct) is not { } before) return TypedResults.NoContent();

        await LogoSql.RemoveAsync(db, user.Account, ct);
        await AuditLog.Updated(db, user, "account", user.Account, new { Logo = (About?)before }, new { Logo = (About?)null }, ct);
        await db.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    public static async Task<IResult> Show(CurrentUser user, ReadDb db, HttpContext http, CancellationToken ct) =>
        Sent(await db.FirstAsync<Content>($"select media_type, content as bytes, sha256 from logos where account_id = {user.Account}", ct) ?? throw Missing.Of("logo"), http);

    private static IResult Sent(Content logo, HttpContext http)
    {
        var tag = $"\"{Convert.ToHexStringLower(logo.Sha256.AsSpan(0, 12))}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return http.Request.Headers.IfNoneMatch.Contains(tag) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Bytes(logo.Bytes, logo.MediaType);
    }

    private static Task<About?> FindAsync(Db db, AccountId account, CancellationToken ct) =>
        db.FirstAsync<About>($"select media_type, length(content) as bytes, encode(sha256, 'hex') as sha256 from logos where account_id = {account} for update", ct);

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken ct)
    {
        var kept = new byte[PaperRules.LargestLogo + 1];
        var length = await body.ReadAtLeastAsync(kept, kept.Length, throwOnEndOfStream: false, ct);
        return kept[..length];
    }

    /// <summary>What a file is and how large a picture, by its own first bytes; null when it is none that can be printed.</summary>
    internal static (string Type, int Width, int Height)? Look(ReadOnlySpan<byte> file)
    {
        if (file is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..])
        {
            return file.Length >= 33 && file[12..16].SequenceEqual("IHDR"u8) ? ("image/png", BinaryPrimitives.ReadInt32BigEndian(file[16..]), BinaryPrimitives.ReadInt32BigEndian(file[20..])) : null;
        }

        if (file is not [0xFF, 0xD8, 0xFF, ..]) return null;

        // From marker to marker, until the frame that says how large it is.
        for (var at = 2; at + 9 < file.Length && file[at] == 0xFF;)
        {
            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC)) return ("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2) return null;
            at += 2 + length;
        }

        return null;
    }
}
