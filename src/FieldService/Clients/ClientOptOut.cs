using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>Since when a client wants no more e-mails, and no more text and chat messages; null while they do.</summary>
public sealed record ContactWishes(DateTimeOffset? EmailOptOutAt, DateTimeOffset? SmsOptOutAt);

/// <summary>A client says what they do not want to be sent, or that they want it again.</summary>
internal static class ClientOptOut
{
    /// <param name="email">True for no more e-mails, false for them again, null for as it is.</param>
    public static async Task<ContactWishes> SaveAsync(Db db, CurrentUser by, ClientId client, bool? email, bool? sms, DateTimeOffset now, CancellationToken ct)
    {
        var before = await db.FirstAsync<ContactWishes>($"""
            select email_opt_out_at, sms_opt_out_at from clients where account_id = {by.Account} and id = {client} for update
            """, ct) ?? throw Missing.Of("client");
        var after = new ContactWishes(Since(before.EmailOptOutAt, email, now), Since(before.SmsOptOutAt, sms, now));
        if (after == before) return before;

        await db.RunAsync($"""
            update clients set email_opt_out_at = {after.EmailOptOutAt}, sms_opt_out_at = {after.SmsOptOutAt} where account_id = {by.Account} and id = {client}
            """, ct);
        await AuditLog.Updated(db, by, "client", client, before, after, ct);
        return after;
    }

    private static DateTimeOffset? Since(DateTimeOffset? before, bool? optsOut, DateTimeOffset now) => optsOut switch
    {
        null => before,
        true => before ?? now,
        false => null,
    };
}
