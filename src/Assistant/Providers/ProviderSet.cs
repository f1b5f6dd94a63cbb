using System.Collections.Concurrent;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers.Wire;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Providers;

/// <summary>
/// The providers that can be asked: those of the list of models for which there is a key, or which want none. Where there is a practice provider, it answers for
/// every one without a key.
/// </summary>
internal sealed class ProviderSet : IDisposable
{
    /// <summary>Where a practice provider is.</summary>
    public const string PracticeSetting = "ASSISTANT_PRACTICE_URL";

    /// <summary>Whether the service brings one along.</summary>
    public const string OwnPracticeSetting = "ASSISTANT_PRACTICE";

    private readonly Settings _settings;
    private readonly WireTimeouts _timeouts;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private readonly ConcurrentDictionary<ProviderEntry, IProvider> _made = new();

    public ProviderSet(Settings settings, WireTimeouts timeouts, TimeProvider clock)
    {
        (_settings, _timeouts, _clock) = (settings, timeouts, clock);
        _http = new(HttpProvider.NewConnections(timeouts));
        PracticeAt = settings[PracticeSetting] is { } address ? new(address) : null;
    }

    /// <summary>Where the practice provider is; null while there is none.</summary>
    public Uri? PracticeAt { get; set; }

    /// <summary>The provider of an entry; null when it wants a key and there is none.</summary>
    public IProvider? For(ProviderEntry entry)
    {
        if (_made.TryGetValue(entry, out var known)) return known;

        var key = Key(entry);
        if (entry.KeySetting is null || key is not null) return _made.GetOrAdd(entry, _ => new HttpProvider(entry, key, _http, _timeouts, _clock));

        return Practice(entry) is { } practice ? _made.GetOrAdd(entry, _ => new HttpProvider(practice, null, _http, _timeouts, _clock)) : null;
    }

    public bool IsConfigured(ProviderEntry entry) => entry.KeySetting is null || Key(entry) is not null || HasPractice;

    /// <summary>The answers are not a model's: they come from the practice provider.</summary>
    public bool IsPractice(ProviderEntry entry) => entry.KeySetting is not null && Key(entry) is null && HasPractice;

    public void Dispose() => _http.Dispose();

    private bool HasPractice => PracticeAt is not null || string.Equals(_settings[OwnPracticeSetting], "true", StringComparison.OrdinalIgnoreCase);

    private string? Key(ProviderEntry entry) => entry.KeySetting is { } setting ? _settings[setting]?.Trim() : null;

    private ProviderEntry? Practice(ProviderEntry entry) => PracticeAt is { } address
        ? entry with { Address = new($"{address.AbsoluteUri.TrimEnd('/')}{PracticePath(entry.Api)}") }
        : null;

    private static string PracticePath(WireApi api) => api switch
    {
        WireApi.Anthropic => "/anthropic",
        WireApi.OpenAi or WireApi.OpenAiResponses or WireApi.OpenAiCompatible => "/openai/v1",
        WireApi.Gemini => "/gemini/v1beta",
    };
}
