using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.WebEncoders;
using Outpost.FieldService.Accounts;

namespace Outpost.FieldService.Web.Pages;

/// <summary>The pages for people. They lie in the folders of their features and carry absolute routes.</summary>
internal static class PageRegistration
{
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorPages(pages =>
        {
            pages.RootDirectory = "/";
            // A form of another site is refused by the gate, which knows it by Sec-Fetch-Site or Origin; the cookie is SameSite=Lax. A token on top
            // would need keys that every instance shares.
            pages.Conventions.ConfigureFilter(new IgnoreAntiforgeryTokenAttribute());
        }).ConfigureApplicationPartManager(parts =>
        {
            // Whichever program runs this, the pages are the ones of this assembly.
            parts.ApplicationParts.Clear();
            parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(PageRegistration).Assembly));
        });
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddScoped(host => new WallClock(host.GetRequiredService<TimeProvider>(), host.GetRequiredService<IHttpContextAccessor>()));
        services.KeepNoKeys();
    }

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapRazorPages();
        app.MapAssets();
        app.MapGet("/", Start).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/logout", SignOutForm).Requires(Ability.BeSignedIn).ExcludeFromDescription();
    }

    /// <summary>Who is signed in. The gate has let the request through, so there is one.</summary>
    public static CurrentUser Caller(this HttpContext http) => http.Features.Get<CurrentUser>()!;

    /// <summary>Sends the browser on after a form, so that reloading does not send the form again.</summary>
    public static void SeeOther(this HttpResponse response, string path)
    {
        response.StatusCode = StatusCodes.Status303SeeOther;
        response.Headers.Location = path;
    }

    private static RedirectHttpResult Start() => TypedResults.Redirect(ReturnPath.Home, permanent: false, preserveMethod: true);

    private static async Task SignOutForm(CurrentUser user, HttpContext http, SessionCookie cookie, Platform.Postgres.Db db, TimeProvider clock, CancellationToken ct)
    {
        await SignOut.Handle(user, http, cookie, db, clock, ct);
        http.Response.SeeOther(ReturnPath.SignIn);
    }

    // Razor Pages brings ASP.NET's key ring, which writes keys into the home directory when the host starts. Nothing here is encrypted with them,
    // and a service that is stateless leaves no files behind.
    private static void KeepNoKeys(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
        foreach (var loader in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Assembly == typeof(IDataProtectionProvider).Assembly
            || s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Assembly == typeof(EphemeralDataProtectionProvider).Assembly).ToList()) services.Remove(loader);
    }
}
