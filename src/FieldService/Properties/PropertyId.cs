using Outpost.Kernel;

namespace Outpost.FieldService.Properties;

public readonly record struct PropertyId(Guid Value) : IId
{
    public static PropertyId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out PropertyId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
