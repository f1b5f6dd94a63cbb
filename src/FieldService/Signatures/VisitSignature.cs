using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.Kernel;

namespace Outpost.FieldService.Signatures;

public readonly record struct SignatureId(Guid Value) : IId
{
    public static SignatureId New() => new(Guid.CreateVersion7());
}

/// <summary>In which capacity somebody signs.</summary>
public enum SignatureRole { Technician, Client }

/// <summary>Somebody has signed what was done on a visit. It is only ever added; what was signed can be told by its fingerprint.</summary>
/// <param name="Drawing">The line they drew, as the path of an SVG in a field of 600 by 200; null when they only typed their name.</param>
/// <param name="ContentHash">SHA-256 of what was done, as it was written down then.</param>
/// <param name="Fingerprint">SHA-256 over the content, the role, the name, the line and the moment.</param>
public sealed partial record VisitSignature(
    SignatureId Id, AccountId AccountId, VisitId VisitId, JobId JobId, SignatureRole Role, string Name, string? Drawing, string ContentHash, string Fingerprint, DateTimeOffset SignedAt,
    UserId RecordedBy, DateTimeOffset CreatedAt)
{
    internal const int LongestDrawing = 20_000;

    /// <summary>What is signed: who did what where and when, and what was used. One line each, so that nothing can stand for anything else.</summary>
    internal static string HashOf(SignedWork work) => Hash(
        [work.VisitId.ToString(), work.JobTitle, work.ClientName, work.Address ?? "", Moment(work.ArrivedAt), work.TechNotes ?? "", .. work.Parts]);

    internal static string FingerprintOf(string contentHash, SignatureRole role, string name, string? drawing, DateTimeOffset at) =>
        Hash([contentHash, Words<SignatureRole>.Of(role), name, drawing ?? "", Moment(at)]);

    internal static bool IsDrawing(string text) => text.Length <= LongestDrawing && Path().IsMatch(text);

    // A text may hold line breaks; its length before it says where it ends.
    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}\n"))))));

    private static string Moment(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";

    [GeneratedRegex("^M[ML0-9 .-]*$")]
    private static partial Regex Path();
}

/// <summary>What is signed for.</summary>
internal sealed record SignedWork(Guid VisitId, string JobTitle, string ClientName, string? Address, DateTimeOffset? ArrivedAt, string? TechNotes, string[] Parts);
