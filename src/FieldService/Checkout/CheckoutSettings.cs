using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Checkout;

/// <summary>How clients pay online. Off until both secrets are set: without the second nobody could tell us that somebody has paid.</summary>
/// <param name="WebhookSecrets">Those that may have signed; two while one is exchanged for the other.</param>
internal sealed record CheckoutSettings(Uri Api, string? SecretKey, IReadOnlyList<string> WebhookSecrets)
{
    public const string SecretKeyName = "STRIPE_SECRET_KEY", WebhookSecretName = "STRIPE_WEBHOOK_SECRET", ApiName = "STRIPE_API_URL";

    public bool IsOn => SecretKey is not null && WebhookSecrets.Count > 0;

    /// <exception cref="SettingsException">Only one of the secrets is set, or the address is none.</exception>
    public static CheckoutSettings Of(Settings settings)
    {
        var (key, secrets) = (settings[SecretKeyName], settings[WebhookSecretName]);
        if (key is not null && secrets is null) throw new SettingsException(new SettingsProblem(WebhookSecretName, "is missing while STRIPE_SECRET_KEY is set", "copy the signing secret of the webhook endpoint from the provider's dashboard"));
        if (!Uri.TryCreate((settings[ApiName] ?? "https://api.stripe.com").TrimEnd('/') + "/", UriKind.Absolute, out var api) || api.Scheme is not ("http" or "https"))
        {
            throw new SettingsException(new SettingsProblem(ApiName, "is no HTTP address", "leave it out, or write it as https://api.stripe.com"));
        }

        return new(api, key, secrets?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? []);
    }
}
