namespace Outpost.Platform.Http;

/// <summary>The request can be read but breaks its form; told like a failed validation of the framework's own.</summary>
/// <param name="errors">Members, as <c>LineItems[0].Quantity</c>, and what is wrong with each.</param>
public sealed class InvalidRequestException(IReadOnlyDictionary<string, string[]> errors) : Exception("The request is not valid.")
{
    public IReadOnlyDictionary<string, string[]> Errors { get; } = errors;
}
