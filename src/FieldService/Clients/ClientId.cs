using Outpost.Kernel;

namespace Outpost.FieldService.Clients;

public readonly record struct ClientId(Guid Value) : IId
{
    public static ClientId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out ClientId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
