using Outpost.Kernel;

namespace Outpost.FieldService.Visits;

public readonly record struct VisitId(Guid Value) : IId
{
    public static VisitId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out VisitId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
