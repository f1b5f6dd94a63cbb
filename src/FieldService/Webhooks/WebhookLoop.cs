using Npgsql;
using Outpost.Platform.Configuration;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Webhooks;

/// <summary>Keeps dispatching for as long as its process lives. Any number of processes may do so at once.</summary>
internal sealed partial class WebhookLoop(WebhookDispatch dispatch, int atOnce, ILogger<WebhookLoop> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(15);
    private const int PausesBetweenForgetting = 1800;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, atOnce).Select(number => KeepGoingAsync(forgets: number == 0, stoppingToken)));

    private async Task KeepGoingAsync(bool forgets, CancellationToken ct)
    {
        for (var pauses = 0; !ct.IsCancellationRequested; pauses++)
        {
            var pause = Pause;
            try
            {
                await dispatch.RunAsync(ct);
                if (forgets && pauses % PausesBetweenForgetting == 0) await dispatch.ForgetAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble) // the outermost loop: whatever it was, the next round may fare better
            {
                Failed(log, trouble);
                pause = AfterTrouble;
            }

            await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Error, "Sending webhooks failed; trying again shortly")]
    private static partial void Failed(ILogger log, Exception trouble);
}

internal static class WebhookRegistration
{
    /// <summary>Lets this process send webhooks, two receivers at a time.</summary>
    public static void AddWebhookDelivery(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(sp => new WebhookDispatch(
            sp.GetRequiredService<NpgsqlDataSource>(),
            PublicHttp.Create(PublicHttp.AllowsPrivate(settings), WebhookDispatch.Patience),
            sp.GetRequiredService<TimeProvider>(),
            sp.GetRequiredService<ILogger<WebhookDispatch>>()));
        services.AddHostedService(sp => new WebhookLoop(sp.GetRequiredService<WebhookDispatch>(), 2, sp.GetRequiredService<ILogger<WebhookLoop>>()));
    }
}
