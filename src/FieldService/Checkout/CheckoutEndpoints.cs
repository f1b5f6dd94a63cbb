using Outpost.FieldService.Worker;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Checkout;

internal static class CheckoutEndpoints
{
    public const string Path = "/webhooks/stripe";

    /// <exception cref="SettingsException">What is set cannot be used.</exception>
    public static void AddCheckout(this IServiceCollection services, Settings settings) =>
        services.AddSingleton(CheckoutSettings.Of(settings)).AddSingleton<IPaymentProvider, StripeCheckout>().AddSingleton<Companies>();

    // No part of the API that programs use: its one caller is the payment provider, who signs.
    public static void MapCheckout(this IEndpointRouteBuilder app) =>
        app.MapPost(Path, HearProvider.Handle).AllowAnonymous().WithBodyLimit(HearProvider.LongestMessage).ExcludeFromDescription();
}
