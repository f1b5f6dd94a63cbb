using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Routing;

namespace Outpost.Assistant.Gateway;

/// <summary>The models for which there is a provider that can be asked and a price; others would only be refused.</summary>
internal static class ListModels
{
    public sealed record Entry(string Id, string Object, long Created, string OwnedBy);

    public sealed record Response(string Object, IReadOnlyList<Entry> Data);

    public static Ok<Response> Handle(LiveModels models, ProviderSet providers, TimeProvider clock) => TypedResults.Ok(new Response("list", [.. Usable(models.Current, providers, clock)]));

    public static Ok<Entry> HandleOne(string name, LiveModels models, ProviderSet providers, TimeProvider clock)
    {
        var model = models.Current.Find(name);
        return TypedResults.Ok(Usable(models.Current, providers, clock).FirstOrDefault(entry => entry.Id == model?.Name) ?? throw RoutingRules.ModelUnknown(name));
    }

    private static IEnumerable<Entry> Usable(ModelList list, ProviderSet providers, TimeProvider clock)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return from model in list.Models
               where providers.IsConfigured(list.Providers.First(provider => provider.Name == model.Provider))
               let price = model.PriceOn(today)
               where price is not null
               select new Entry(model.Name, "model", new DateTimeOffset(price.From, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds(), model.Provider);
    }
}
