using Outpost.Platform.Configuration;

namespace Outpost.Platform.Roles;

/// <summary>The models that a part of Outpost can ask, as the operator's command line sees them.</summary>
public interface IModels
{
    /// <exception cref="SettingsException">The list of models has mistakes; all of them are told.</exception>
    IReadOnlyList<ModelLine> List(Settings settings, DateOnly today);

    /// <summary>Stands in for all providers on a port of this machine until it is stopped.</summary>
    /// <param name="port">0 lets the system choose.</param>
    /// <param name="listening">Told where it listens.</param>
    Task PracticeAsync(int port, Func<Uri, Task> listening, CancellationToken ct);
}

/// <param name="State">ready, practice, no key, no price: whether it can be asked now.</param>
/// <param name="InputPerMillion">Dollars for a million tokens; null without a price.</param>
/// <param name="PriceFrom">The day since which the price holds.</param>
public sealed record ModelLine(
    string Name, string Provider, string Id, string Use, IReadOnlyList<string> Can, int Context, int MaxOutput, string State,
    decimal? InputPerMillion, decimal? CacheReadPerMillion, decimal? OutputPerMillion, DateOnly? PriceFrom, string? PriceVersion, IReadOnlyList<string> Fallbacks);
