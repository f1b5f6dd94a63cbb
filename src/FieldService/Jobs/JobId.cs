using Outpost.Kernel;

namespace Outpost.FieldService.Jobs;

public readonly record struct JobId(Guid Value) : IId
{
    public static JobId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out JobId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
