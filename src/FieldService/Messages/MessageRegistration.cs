using Outpost.FieldService.Automations;
using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Messages;

internal static class MessageRegistration
{
    /// <summary>What can be said, for whoever says it or shows how it is worded.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services, Settings settings)
    {
        foreach (var kind in AutomationKind.All) services.AddSingleton(kind.Rule);
        services.AddSingleton(DocumentLetters.Estimate).AddSingleton(DocumentLetters.Invoice);
        return services.AddSingleton<MessageBook>().AddSingleton(PublicAddress.Of(settings));
    }

    /// <summary>The ways out of the house, for the one process that sends.</summary>
    public static IServiceCollection AddCarriers(this IServiceCollection services, Settings settings) => services
        .AddSingleton<ICarrier>(new MailCarrier(MailSettings.Of(settings)))
        .AddSingleton<ICarrier>(_ => new WebhookCarrier(GatewaySettings.Of(settings)));
}
