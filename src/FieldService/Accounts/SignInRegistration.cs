using Outpost.Platform.Configuration;

namespace Outpost.FieldService.Accounts;

internal static class SignInRegistration
{
    public static void AddSignIn(this IServiceCollection services, Settings settings)
    {
        var secret = settings.Required("AUTH_SECRET", "generate one with: openssl rand -base64 32");
        services.AddSingleton(new SessionToken(secret));
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<LoginLimiter>();
        services.AddSingleton<Tenants>();
    }
}
