using Outpost.Platform.Configuration;
using Outpost.Platform.Telemetry;

namespace Outpost.Assistant.Budgets;

internal static class Budgeting
{
    /// <exception cref="SettingsException">A limit is wrong.</exception>
    public static IServiceCollection AddBudgets(this IServiceCollection services, Settings settings) => services
        .AddSingleton(BudgetSettings.Of(settings))
        .AddSingleton<BudgetMeters>().AddMeter(BudgetMeters.MeterName)
        .AddSingleton<Ledger>().AddHostedService(host => host.GetRequiredService<Ledger>())
        .AddSingleton<LedgerSweep>().AddHostedService(host => host.GetRequiredService<LedgerSweep>());
}
