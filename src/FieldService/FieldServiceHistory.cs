using Outpost.FieldService.Audit;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.FieldService;

/// <summary>The audit log of the field service, for <c>outpost audit</c>.</summary>
internal sealed class FieldServiceHistory : IHistory
{
    public async Task<IReadOnlyList<HistoryVerdict>> VerifyAsync(Settings settings, string? account, string? head, CancellationToken ct)
    {
        var kept = Kept(head);
        await using var owner = FieldServiceRole.Owner(settings);
        return [.. (await AuditVerification.RunAsync(owner, account, kept, ct)).Select(found => Verdict(found.Account, found.Verdict))];
    }

    public async Task<HistoryVerdict> VerifyFileAsync(Stream file, string? head, CancellationToken ct) => Verdict(null, await AuditFile.VerifyAsync(file, Kept(head), ct));

    private static ChainHead? Kept(string? head) => head is null ? null : ChainHead.TryParse(head, out var kept) ? kept : throw AuditRules.NoHead();

    private static HistoryVerdict Verdict(string? account, ChainVerdict verdict) =>
        new(account, verdict.Rows, verdict.Head?.ToString(), verdict.Fault?.Seq, verdict.Fault?.Message);
}
