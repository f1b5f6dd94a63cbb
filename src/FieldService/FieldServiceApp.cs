using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Billing;
using Outpost.FieldService.Calendar;
using Outpost.FieldService.ApiKeys;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Automations;
using Outpost.FieldService.Checkout;
using Outpost.FieldService.Checklists;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Documents;
using Outpost.FieldService.EInvoices;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Expenses;
using Outpost.FieldService.Imports;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Live;
using Outpost.FieldService.Parts;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Papers;
using Outpost.FieldService.Portal;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Photos;
using Outpost.FieldService.PriceBook;
using Outpost.FieldService.Profitability;
using Outpost.FieldService.Properties;
using Outpost.FieldService.Reports;
using Outpost.FieldService.Schedule;
using Outpost.FieldService.Search;
using Outpost.FieldService.Signatures;
using Outpost.FieldService.TimeEntries;
using Outpost.FieldService.Taxes;
using Outpost.FieldService.Recurring;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Forms;
using Outpost.FieldService.Web.Pages;
using Outpost.FieldService.Worker;
using Outpost.FieldService.Webhooks;
using Outpost.Platform.Configuration;
using Outpost.Platform.Health;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;
using Outpost.Platform.Telemetry;

namespace Outpost.FieldService;

/// <summary>The role <c>fsm</c>: the web application and the API of the field service.</summary>
public static class FieldServiceApp
{
    public static readonly ServiceProfile Profile = new("web", "FSM", 3000, new ErrorEnvelope())
    {
        Pages = typeof(FieldServiceApp).Assembly,
        // Nothing from elsewhere, no script or style but the files of this build.
        Security = new()
        {
            ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        },
        ErrorPage = (http, failure) => ErrorPage.WriteAsync(http, failure.Message),
    };

    /// <param name="source">The app role's connections; disposed with the host.</param>
    /// <param name="more">What the surroundings add to the host.</param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(Settings settings, NpgsqlDataSource source, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var builder = ServiceHost.Create(Profile, settings);
        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(_ => source);
        services.AddDatabaseHealth();
        services.AddWeb();
        services.AddSignIn(settings);
        services.AddExpenses();
        services.AddSingleton<ApiKeyHolders>();
        services.AddPages();
        services.AddMessages(settings);
        services.AddWorkerGauges();
        services.AddLive();
        services.AddPapers();
        services.AddCheckout(settings);
        more?.Invoke(services);

        var app = builder.Build();
        // Before everything: what a form asks for goes through all of it.
        app.UseMiddleware<FormBridge>();
        app.UseServiceHost();
        app.UseMiddleware<Gate>();
        app.MapHealth("/api/health", HealthRoute.Checks("web", clock));
        app.MapMetrics();
        app.MapOpenApi();
        app.MapSignIn();
        app.MapAccount();
        app.MapUsers();
        app.MapApiKeys();
        app.MapWebhooks();
        app.MapAudit();
        app.MapClients();
        app.MapProperties();
        app.MapJobs();
        app.MapVisits();
        app.MapSchedule();
        app.MapTaxes();
        app.MapDocuments();
        app.MapRecurring();
        app.MapCalendar();
        app.MapEstimates();
        app.MapInvoices();
        app.MapPayments();
        app.MapPriceBook();
        app.MapParts();
        app.MapTimeEntries();
        app.MapExpenses();
        app.MapBilling();
        app.MapProfitability();
        app.MapImports();
        app.MapSearch();
        app.MapCredits();
        app.MapReports();
        app.MapAutomations();
        app.MapMessages();
        app.MapLive();
        app.MapPhotos();
        app.MapSignatures();
        app.MapChecklists();
        app.MapPapers();
        app.MapEInvoices();
        app.MapPortal();
        app.MapCheckout();
        app.MapPages();
        return app;
    }
}
