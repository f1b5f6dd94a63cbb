using Outpost.FieldService.Accounts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>An estimate that was sent goes to the client by e-mail, once more if need be.</summary>
internal static class MailEstimate
{
    public sealed record Response(bool Queued);

    public static async Task<IResult> Handle(EstimateId id, CurrentUser user, Db db, Idempotency retry, TimeProvider clock, CancellationToken ct)
    {
        if (await retry.ReplayAsync("mail", null, ct) is { } answer) return answer;

        var estimate = await EstimateSql.FindForUpdate(db, user.Account, id, ct) ?? throw Missing.Of("estimate");
        if (estimate.Status is not (EstimateStatus.Sent or EstimateStatus.Approved)) throw EstimateRules.IsNotForTheClient(estimate.Status);

        await DocumentLetters.SeeThatItArrivesAsync(db, user, estimate.ClientId, ct);
        var now = clock.GetUtcNow();
        await DocumentLetters.EnqueueAsync(db, user, DocumentLetters.Estimate, id.Value, estimate.ClientId, $"again|{now:O}", now, ct);
        return await retry.CommitAsync(StatusCodes.Status202Accepted, new One<Response>(new(true)), ct);
    }
}
