using System.Diagnostics;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Webhooks;

/// <summary>
/// Sends what waits. One receiver is served by one dispatcher at a time and in order; what fails is sent again later while the rest goes on. It is noted after it
/// was sent, so a process that dies between the two sends it once more, under the same id: at least once, never not at all.
/// </summary>
internal sealed partial class WebhookDispatch(NpgsqlDataSource source, HttpClient http, TimeProvider clock, ILogger<WebhookDispatch> log)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Long enough for what is begun within the first half.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private const int AtATime = 20;
    private const int KeptOfAnAnswer = 1024;
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>How long a receiver may take for its answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = Patience;

    private sealed record Leased(Guid AccountId, Guid WebhookId);

    private sealed record Waiting(Guid Id, Guid MessageId, int Attempts, DateTimeOffset CreatedAt, WebhookMessage.Fact? Fact);

    private sealed record Signing(string Secret, string? PreviousSecret);

    private sealed record Outcome(int? Status, string? Body, string? Error, TimeSpan? Wish)
    {
        public bool Arrived => Status is >= 200 and < 300;
    }

    /// <summary>Sends whatever is due, until nothing is.</summary>
    /// <returns>How many messages were sent.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var sent = 0;
        while (await LeaseAsync(ct) is { } leased) sent += await ServeAsync(new(leased.AccountId), new(leased.WebhookId), ct);
        return sent;
    }

    /// <summary>Forgets what was over a month ago.</summary>
    public Task<int> ForgetAsync(CancellationToken ct) => new ReadDb(source, null).ValueAsync<int>($"select forget_webhook_deliveries({clock.GetUtcNow() - Remembered})", ct);

    private Task<Leased?> LeaseAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return new ReadDb(source, null).FirstAsync<Leased>($"select * from lease_webhook({now}, {now + Lease})", ct);
    }

    private async Task<int> ServeAsync(AccountId account, WebhookId id, CancellationToken ct)
    {
        var since = clock.GetUtcNow();
        var tenant = new Tenant(account.Value, Guid.Empty, "owner");
        var (hook, signing, waiting) = await new ReadDb(source, tenant).ReadAsync(
            [
                $"select {WebhookSql.Columns} from webhooks w where w.account_id = {account} and w.id = {id}",
                $"select secret, case when previous_until > {since} then previous_secret end as previous_secret from webhooks where account_id = {account} and id = {id}",
                $"""
                select d.id, d.message_id, d.attempts, d.created_at, l.entity_id, l.entity_type, l.action, l.actor_id, l.api_key_id, l.trace_id, l.old_value::text, l.new_value::text,
                       l.created_at
                from webhook_deliveries d
                left join audit_log l on l.account_id = d.account_id and l.id = d.audit_id
                where d.account_id = {account} and d.webhook_id = {id} and d.status = 'pending' and d.due_at <= {since}
                order by d.place
                limit {AtATime}
                """,
            ],
            async (sets, token) => (await sets.FirstAsync(WebhookSql.Read, token), await sets.FirstAsync<Signing>(token), await sets.ListAsync(ReadWaiting, token)), ct);
        if (hook is null || signing is null) return 0;

        var sent = 0;
        foreach (var delivery in waiting)
        {
            if (clock.GetUtcNow() - since > Lease / 2) break;

            var (name, text) = delivery.Fact is { } fact ? WebhookMessage.Of(fact) : WebhookMessage.Ping(id, delivery.CreatedAt);
            await using var db = new Db(source, tenant);
            if (!hook.Wants(name))
            {
                await DeliverySql.Drop(db, account, new(delivery.Id), ct);
                await db.CommitAsync(ct);
                continue;
            }

            var at = clock.GetUtcNow();
            var started = Stopwatch.GetTimestamp();
            var outcome = await SendAsync(hook, signing, delivery, text, at, ct);
            sent++;
            hook = await NoteAsync(db, hook, new(delivery.Id), name, delivery.Attempts + 1, outcome,
                new(Guid.CreateVersion7(), at, (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds, outcome.Status, outcome.Body, outcome.Error), ct);
            if (!hook.Enabled || hook.Rest > TimeSpan.Zero) break;
        }

        await using var end = new Db(source, tenant);
        await WebhookSql.Release(end, account, id, clock.GetUtcNow(), ct);
        await end.CommitAsync(ct);
        return sent;
    }

    private async Task<Outcome> SendAsync(Webhook hook, Signing signing, Waiting delivery, byte[] text, DateTimeOffset at, CancellationToken ct)
    {
        var message = $"msg_{delivery.MessageId:N}";
        var timestamp = at.ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, hook.Url) { Content = new ByteArrayContent(text) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("webhook-id", message);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSecret.Sign(new[] { signing.Secret, signing.PreviousSecret }.OfType<string>(), message, timestamp, text));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(AnswerWithin);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var body = await PublicHttp.ReadAtMostAsync(answer, KeptOfAnAnswer, patience.Token);
            var wish = answer.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - at : null;
            return new((int)answer.StatusCode, body, null, wish);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(null, null, $"No answer within {AnswerWithin.TotalSeconds} seconds.", null);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return new(null, null, broken.InnerException is NotPublicException inside ? inside.Message : Words(broken), null);
        }
    }

    private async Task<Webhook> NoteAsync(Db db, Webhook hook, DeliveryId id, string name, int attempts, Outcome outcome, WebhookAttempt attempt, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // Somebody may have changed, switched off or deleted it while the receiver was thinking.
        if (await WebhookSql.FindForUpdate(db, hook.AccountId, hook.Id, ct) is not { } current) return hook.SwitchedOff(null);

        var next = outcome.Arrived ? null : now + WebhookRetries.After(attempts, outcome.Wish, Random.Shared.NextDouble());
        var status = outcome.Arrived ? DeliveryStatus.Delivered : next is null ? DeliveryStatus.Failed : DeliveryStatus.Pending;
        await DeliverySql.AddAttempt(db, hook.AccountId, id, attempt, ct);
        await DeliverySql.Save(db, hook.AccountId, id, name, status, attempts, next, now, ct);

        var after = outcome.Arrived ? current.Well() : current.Failed(now);
        if (outcome.Status is StatusCodes.Status410Gone) after = after.SwitchedOff("It answered 410 Gone.");
        if (current.Enabled && !after.Enabled)
        {
            after = await WebhookSql.Save(db, after, ct);
            await AuditLog.UpdatedByOperator(db, hook.AccountId, "webhook", hook.Id, current, after, ct);
            SwitchedOff(log, hook.Id.Value);
        }
        else if (after.Failures > 0 || current.Failures > 0)
        {
            await WebhookSql.SaveHealth(db, after, after.Rest > TimeSpan.Zero ? now + after.Rest : null, ct);
        }

        await db.CommitAsync(ct);
        return after;
    }

    // The text of a socket's error names addresses; the kind of it is what the receiver's owner needs.
    private static string Words(Exception broken) => broken switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The name of the host leads nowhere.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "Nobody answers at that address.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "The certificate is not good or TLS failed.",
        _ => "The connection broke before there was an answer.",
    };

    private static Waiting ReadWaiting(System.Data.Common.DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetInt32(2), row.GetFieldValue<DateTimeOffset>(3),
        row.IsDBNull(4) ? null : new(
            row.GetGuid(4), row.GetString(5), row.GetString(6), Id(row, 7), Id(row, 8), Id(row, 9), row.IsDBNull(10) ? null : row.GetString(10),
            row.IsDBNull(11) ? null : row.GetString(11), row.GetFieldValue<DateTimeOffset>(12)));

    private static Guid? Id(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    [LoggerMessage(LogLevel.Warning, "Webhook {WebhookId} is switched off: nothing has arrived there for long")]
    private static partial void SwitchedOff(ILogger log, Guid webhookId);
}
