using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Outpost.FieldService.Documents;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal;

/// <summary>
/// The client says yes or no to what they see. What they sign is bound to it: the decision keeps the document's fingerprint, and beside it stands one over the document,
/// the name, the line they drew and the moment.
/// </summary>
internal static partial class DecideEstimate
{
    public const int LongestDrawing = 20_000;
    private const int LongestName = 200;

    /// <param name="Drawing">The line they drew, as the path of an SVG; null when they only typed their name.</param>
    /// <param name="ContentHash">The fingerprint of what was shown: anything else that stands there now is not decided on.</param>
    public sealed record Request(bool Approves, string? SignedName, string? Drawing, string? ContentHash, int? Revision, IReadOnlyList<Guid>? Chosen);

    /// <exception cref="RuleException">VALIDATION_ERROR, INVALID_TRANSITION, PRECONDITION_FAILED</exception>
    public static async Task Handle(Visitor visitor, EstimateId id, Request request, Db db, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var name = request.SignedName?.Replace("\0", "", StringComparison.Ordinal).Trim();
        if (request.Approves && name is not { Length: > 0 }) throw PortalRules.NeedsAName();
        if (name is { Length: > LongestName }) throw PortalRules.NeedsAName();
        var drawing = string.IsNullOrWhiteSpace(request.Drawing) ? null : request.Drawing.Trim();
        if (drawing is not null && (drawing.Length > LongestDrawing || !Path().IsMatch(drawing))) throw PortalRules.NoDrawing();

        var client = visitor.Caller;
        var offer = await GetEstimate.WrittenAsync(db, client.Account, id, ct);
        var options = offer.LineItems.Where(line => line.Optional is true).Select(line => line.Id).ToHashSet();
        var asked = new TransitionEstimate.Request(request.Approves ? EstimateStatus.Approved : EstimateStatus.Declined)
        {
            ContentHash = request.ContentHash,
            Revision = request.Revision,
            SignedName = name is { Length: > 0 } ? name : null,
            ChosenLineItemIds = request.Approves && options.Count > 0 ? [.. (request.Chosen ?? []).Select(line => new LineItemId(line))] : null,
        };
        // One commit: a decision without its signature, or the other way round, is not there.
        await TransitionEstimate.DecideAsync(id, asked, client, db, clock, http, ct);
        if (name is { Length: > 0 })
        {
            var now = clock.GetUtcNow();
            await PortalSql.Sign(db, visitor, id.Value, drawing, Fingerprint(offer.ContentHash!, name, drawing, now), now, ct);
        }

        await db.CommitAsync(ct);
    }

    /// <summary>SHA-256 over the document's fingerprint, the name, the drawn line and the moment, each on a line of its own.</summary>
    internal static byte[] Fingerprint(string contentHash, string name, string? drawing, DateTimeOffset at) => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', contentHash, name, drawing ?? "", at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture))));

    [GeneratedRegex("^M[ML0-9 .-]*$")]
    private static partial Regex Path();
}
