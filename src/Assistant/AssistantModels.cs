using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Platform.Configuration;
using Outpost.Platform.Roles;

namespace Outpost.Assistant;

/// <summary>What <c>outpost assistant models</c> and <c>outpost assistant fake-provider</c> need of the assistant.</summary>
public sealed class AssistantModels : IModels
{
    private const decimal NanoDollars = 1_000_000_000m;

    public IReadOnlyList<ModelLine> List(Settings settings, DateOnly today)
    {
        var list = LiveModels.Load(settings);
        using var providers = new ProviderSet(settings, new(), TimeProvider.System);
        return [.. list.Models.Select(model => Line(model, list.Providers.First(entry => entry.Name == model.Provider), model.PriceOn(today), providers))];
    }

    public async Task PracticeAsync(int port, Func<Uri, Task> listening, CancellationToken ct)
    {
        await using var practice = await PracticeProvider.StartAsync(TimeProvider.System, port, ct);
        await listening(practice.Address);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }
        catch (OperationCanceledException)
        {
            // That is how it is told to stop.
        }
    }

    private static ModelLine Line(Model model, ProviderEntry entry, Price? price, ProviderSet providers) => new(
        model.Name, model.Provider, model.Id, model.Use == ModelUse.Chat ? "chat" : "embedding",
        [.. Enum.GetValues<Abilities>().Where(one => one != Abilities.None && model.Can.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant())],
        model.Context, model.MaxOutput,
        price is null ? "no price" : !providers.IsConfigured(entry) ? "no key" : providers.IsPractice(entry) ? "practice" : "ready",
        price?.Rates.Input / NanoDollars, price?.Rates.CacheRead / NanoDollars, price?.Rates.Output / NanoDollars, price?.From, price?.Version, model.Fallbacks);
}
