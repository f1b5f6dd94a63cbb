using System.Net;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Jobs;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal;

/// <summary>Somebody from outside asks for work; the office takes it on as a client and a job, or declines. Nobody outside writes anything but a request.</summary>
internal static class AskForWork
{
    /// <summary>How many requests one address may send in a day, and all together in an hour: a form that anybody can fill in must not fill the database.</summary>
    public const int PerSender = 5, PerCompany = 60;
    private const int LongestName = 255, LongestWish = 5000, LongestText = 320;

    public sealed record Company(Guid AccountId, string AccountName, string TimeZone, string Currency, string? Greeting)
    {
        public CurrentUser Caller => new(new(AccountId), default, UserRole.Owner, "", "", AccountName, TimeZone, Currency, default) { Actor = null };
    }

    /// <param name="Website">Nobody sees this field; whoever fills it in is a program.</param>
    public sealed record Request(string? Name, string? Email, string? Phone, string? Address, string? Wish, string? PreferredOn, string? Website);

    private sealed record Counted(long Sender, long All);

    public static Task<Company?> FindAsync(ReadDb lookup, string slug, CancellationToken ct) =>
        slug.Length <= 60 ? lookup.FirstAsync<Company>($"select * from booking_form_of({slug})", ct) : Task.FromResult<Company?>(null);

    /// <exception cref="RuleException">VALIDATION_ERROR, RATE_LIMITED</exception>
    public static async Task Handle(Company company, Request request, IPAddress? from, Db db, DateTimeOffset now, CancellationToken ct)
    {
        // A program is told that all went well, and nothing is kept.
        if (!string.IsNullOrEmpty(request.Website)) return;

        var asked = new BookingRequest(
            BookingRequestId.New(), Cut(request.Name, LongestName) ?? "", Cut(request.Email, LongestText), Cut(request.Phone, 50), Cut(request.Address, LongestText), Cut(request.Wish, LongestWish) ?? "",
            DateOnly.TryParseExact(request.PreferredOn, "yyyy-MM-dd", out var day) && day.Year is >= 2000 and < 2200 ? day : null, now);
        if (asked.Name.Length == 0 || asked.Wish.Length == 0 || (asked.Email is null && asked.Phone is null) || (asked.Email is { } mail && !MailAddress.TryCreate(mail, out _))) throw PortalRules.Incomplete();

        var account = new AccountId(company.AccountId);
        var sender = SHA256.HashData(Encoding.UTF8.GetBytes($"{company.AccountId}\n{Network(from)}"));
        // One after the other for each company, or requests in parallel would not be counted.
        await db.RunAsync($"select pg_advisory_xact_lock(hashtextextended({"booking " + company.AccountId}, 0))", ct);
        var counted = (await db.FirstAsync<Counted>($"""
            select count(*) filter (where sender_hash = {sender} and created_at > {now.AddDays(-1)}) as sender, count(*) filter (where created_at > {now.AddHours(-1)}) as all
            from booking_requests where account_id = {account} and created_at > {now.AddDays(-1)}
            """, ct))!;
        if (counted.Sender >= PerSender || counted.All >= PerCompany) throw PortalRules.TooMany();

        await PortalSql.AddRequest(db, account, asked, sender, ct);
        await AuditLog.Inserted(db, company.Caller, "booking_request", asked.Id, asked, ct);
        await db.CommitAsync(ct);
    }

    /// <summary>The office takes it on: a client, unless one has this e-mail or telephone already, and a job for them.</summary>
    /// <exception cref="RuleException">CONFLICT</exception>
    public static async Task<JobId> TakeOn(Guid id, CurrentUser user, Db db, DateTimeOffset now, CancellationToken ct)
    {
        var asked = await db.FirstAsync<Asked>($"select name, email, phone, address, wish, preferred_on from booking_requests where account_id = {user.Account} and id = {id} and status = 'new' for update", ct)
            ?? throw PortalRules.IsSettled();
        var known = await db.FirstAsync<Known>($"""
            select id from clients where account_id = {user.Account} and (lower(email) = lower({asked.Email}) or phone = {asked.Phone}) order by created_at limit 1
            """, ct);
        var client = known is { } there ? new ClientId(there.Id) : await NewClientAsync(asked, user, db, ct);
        var firstLine = asked.Wish.Split('\n', 2)[0].Trim();
        var job = await JobSql.Insert(db, new(
            JobId.New(), user.Account, client, null, firstLine.Length > 80 ? firstLine[..80].TrimEnd() + "…" : firstLine,
            string.Join("\n\n", new[] { asked.Wish, asked.Address is null ? null : $"At {asked.Address}", asked.PreferredOn is { } day ? $"Would like {day:yyyy-MM-dd}" : null }.OfType<string>()),
            JobStatus.Draft, 2, null, null, user.Id, default, default), ct);
        await AuditLog.Inserted(db, user, "job", job.Id, job, ct);
        if (!await PortalSql.Settle(db, user.Account, id, "taken", job.Id.Value, now, ct)) throw PortalRules.IsSettled();

        await AuditLog.Updated(db, user, "booking_request", new BookingRequestId(id), new { Status = "new" }, new { Status = "taken", JobId = job.Id }, ct);
        await db.CommitAsync(ct);
        return job.Id;
    }

    /// <exception cref="RuleException">CONFLICT</exception>
    public static async Task Decline(Guid id, CurrentUser user, Db db, DateTimeOffset now, CancellationToken ct)
    {
        if (!await PortalSql.Settle(db, user.Account, id, "declined", null, now, ct)) throw PortalRules.IsSettled();

        await AuditLog.Updated(db, user, "booking_request", new BookingRequestId(id), new { Status = "new" }, new { Status = "declined" }, ct);
        await db.CommitAsync(ct);
    }

    private sealed record Asked(string Name, string? Email, string? Phone, string? Address, string Wish, DateOnly? PreferredOn);

    private sealed record Known(Guid Id);

    private static async Task<ClientId> NewClientAsync(Asked asked, CurrentUser user, Db db, CancellationToken ct)
    {
        var client = await ClientSql.Insert(db, new(ClientId.New(), user.Account, asked.Name, null, asked.Email, asked.Phone, asked.Address, null, null, null, null, default, default), ct);
        await AuditLog.Inserted(db, user, "client", client.Id, client, ct);
        return client.Id;
    }

    private static string? Cut(string? text, int longest)
    {
        var clean = text?.Replace("\0", "", StringComparison.Ordinal).Trim();
        return string.IsNullOrEmpty(clean) ? null : clean.Length > longest ? clean[..longest] : clean;
    }

    // Whoever has an IPv6 connection has 2^64 addresses of it.
    private static string Network(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
