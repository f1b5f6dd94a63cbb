namespace Outpost.Assistant.Providers.Practice;

/// <summary>The practice provider that a service brings along, on a port of its own, for as long as it runs.</summary>
internal sealed partial class PracticeHost(ProviderSet providers, TimeProvider clock, ILogger<PracticeHost> log) : IHostedService
{
    private PracticeProvider? _practice;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _practice = await PracticeProvider.StartAsync(clock, ct: cancellationToken);
        providers.PracticeAt = _practice.Address;
        Answers(log, _practice.Address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        providers.PracticeAt = null;
        if (_practice is not null) await _practice.DisposeAsync();
    }

    [LoggerMessage(LogLevel.Warning, "a practice provider at {Address} answers for providers without a key: its answers are no model's")]
    private static partial void Answers(ILogger log, Uri address);
}
