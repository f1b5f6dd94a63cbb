using System.Collections.Concurrent;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers.Wire;
using Outpost.Platform.Configuration;

namespace Outpost.Assistant.Providers;

/// <summary>
/// The providers that can be asked: those of the list of models for which there is a key, or which want none. Where <c>ASSISTANT_PRACTICE_URL</c> is set, a
/// practice provider answers for every one without a key.
/// </summary>
internal sealed class ProviderSet : IDisposable
{
    public const string PracticeSetting = "ASSISTANT_PRACTICE_URL";

    private readonly Settings _settings;
    private readonly WireTimeouts _timeouts;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private readonly ConcurrentDictionary<ProviderEntry, IProvider> _made = new();

    public ProviderSet(Settings settings, WireTimeouts timeouts, TimeProvider clock)
    {
        (_settings, _timeouts, _clock) = (settings, timeouts, clock);
        _http = new(HttpProvider.NewHandler(timeouts));
    }

    /// <summary>The provider of an entry; null when it wants a key and there is none.</summary>
    public IProvider? For(ProviderEntry entry)
    {
        if (_made.TryGetValue(entry, out var known)) return known;

        var key = Key(entry);
        if (entry.KeySetting is null || key is not null) return _made.GetOrAdd(entry, _ => new HttpProvider(entry, key, _http, _timeouts, _clock));

        return Practice(entry) is { } practice ? _made.GetOrAdd(entry, _ => new HttpProvider(practice, null, _http, _timeouts, _clock)) : null;
    }

    public bool IsConfigured(ProviderEntry entry) => entry.KeySetting is null || Key(entry) is not null || _settings[PracticeSetting] is not null;

    /// <summary>The answers are not a model's: they come from the practice provider.</summary>
    public bool IsPractice(ProviderEntry entry) => entry.KeySetting is not null && Key(entry) is null && _settings[PracticeSetting] is not null;

    public void Dispose() => _http.Dispose();

    private string? Key(ProviderEntry entry) => entry.KeySetting is { } setting ? _settings[setting]?.Trim() : null;

    private ProviderEntry? Practice(ProviderEntry entry) => _settings[PracticeSetting] is { } address
        ? entry with { Address = new($"{address.TrimEnd('/')}{PracticePath(entry.Api)}") }
        : null;

    private static string PracticePath(WireApi api) => api switch
    {
        WireApi.Anthropic => "/anthropic",
        WireApi.OpenAi or WireApi.OpenAiResponses or WireApi.OpenAiCompatible => "/openai/v1",
        WireApi.Gemini => "/gemini/v1beta",
    };
}
