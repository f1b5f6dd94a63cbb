using Microsoft.AspNetCore.Hosting;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Configuration;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService;

/// <summary>The role <c>fsm</c>: the web application and API of the field service.</summary>
public static class FieldServiceApp
{
    public static WebApplication Build(Settings settings, NpgsqlDataSource source, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{settings.Port("FSM_PORT", 3000)}");

        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(settings).AddSingleton(source);
        services.AddSingleton(new ReadDb(source, null));
        services.AddHttpContextAccessor();
        services.AddWeb();
        services.AddSignIn(settings);
        services.AddPages();

        var app = builder.Build();
        app.UseInterimErrors();
        app.UseRouting();
        app.UseMiddleware<Gate>();
        app.MapSignIn();
        app.MapUsers();
        app.MapClients();
        app.MapProperties();
        app.MapJobs();
        app.MapVisits();
        app.MapEstimates();
        app.MapInvoices();
        app.MapPayments();
        app.MapPages();
        return app;
    }

    private static void AddWeb(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddValidation();
        services.AddProblemDetails();
        services.AddScoped(sp => new Db(sp.GetRequiredService<NpgsqlDataSource>(), Caller(sp)?.Tenant));
        services.AddScoped(sp => new ReadDb(sp.GetRequiredService<NpgsqlDataSource>(), Caller(sp)?.Tenant));
    }

    private static CurrentUser? Caller(IServiceProvider services) => services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<CurrentUser>();

    private static void UseInterimErrors(this WebApplication app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null } && ErrorPage.IsFor(http.Request)) await ErrorPage.WriteAsync(http, null);
        }
        catch (RuleException rule)
        {
            await Write(http, Errors.Status[rule.Code], rule.Code, rule.Message);
        }
        catch (LimitException limit)
        {
            http.Response.Headers.RetryAfter = ((int)limit.RetryAfter.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await Write(http, 429, limit.Code, limit.Message);
        }
        catch (BadHttpRequestException bad)
        {
            await Write(http, bad.StatusCode, "VALIDATION_ERROR", bad.Message);
        }
        catch (InvalidRequestException bad)
        {
            await Write(http, 400, "VALIDATION_ERROR", string.Join(' ', bad.Errors.Keys));
        }
        catch (Npgsql.NpgsqlException) when (ErrorPage.IsFor(http.Request))
        {
            await Write(http, 500, "INTERNAL_ERROR", "The database cannot be reached or has refused. Try again shortly.");
        }
    });

    private static Task Write(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        if (ErrorPage.IsFor(http.Request)) return ErrorPage.WriteAsync(http, message);

        return http.Response.WriteAsJsonAsync(new { error = new { code, message } });
    }
}
