using Outpost.Kernel;

namespace Outpost.FieldService.Schedule;

public readonly record struct AbsenceId(Guid Value) : IId
{
    public static AbsenceId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out AbsenceId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
