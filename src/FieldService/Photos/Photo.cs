using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.Kernel;

namespace Outpost.FieldService.Photos;

public readonly record struct PhotoId(Guid Value) : IId
{
    public static PhotoId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out PhotoId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

/// <summary>A picture that was taken on a visit, without its content. It does not change; it is taken away, or it stays.</summary>
/// <param name="Sha256">Of the picture, in hexadecimal.</param>
/// <param name="Bytes">How large the picture is.</param>
public sealed record Photo(
    PhotoId Id, AccountId AccountId, VisitId VisitId, JobId JobId, string? Caption, DateTimeOffset TakenAt, int Width, int Height, string Sha256, int Bytes, UserId TakenBy, DateTimeOffset CreatedAt);
