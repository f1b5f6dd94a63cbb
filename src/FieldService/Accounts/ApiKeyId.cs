using Outpost.Kernel;

namespace Outpost.FieldService.Accounts;

/// <summary>The public part of an API key: it stands in the key itself, in the list of keys and in the audit log.</summary>
public readonly record struct ApiKeyId(Guid Value) : IId
{
    // A key is seen by whoever is handed one, so its id does not tell when it was made.
    public static ApiKeyId New() => new(Guid.NewGuid());

    public static bool TryParse(string? text, out ApiKeyId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}
