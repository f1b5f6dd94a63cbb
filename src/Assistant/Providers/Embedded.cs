using Outpost.Assistant.Catalogue;

namespace Outpost.Assistant.Providers;

/// <summary>Texts as vectors, one for each, in their order.</summary>
/// <param name="Usage">Null when the provider does not say.</param>
internal sealed record Embedded(IReadOnlyList<float[]> Vectors, Usage? Usage);
