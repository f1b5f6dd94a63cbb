using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Telemetry;

/// <summary>The one way a process gets its log.</summary>
public static class Logging
{
    /// <summary>One JSON object a line on standard output, from <c>LOG_LEVEL</c> upwards; of the framework only warnings and errors.</summary>
    /// <param name="service">Written on each line: <c>web</c>, <c>worker</c>.</param>
    /// <exception cref="SettingsException"><c>LOG_LEVEL</c> is none of debug, info, warn, error.</exception>
    public static ILoggingBuilder AddJsonLog(this ILoggingBuilder logging, string service, Settings settings, LogNames? names = null) =>
        logging.AddJsonLog(service, settings, names, null);

    internal static ILoggingBuilder AddJsonLog(this ILoggingBuilder logging, string service, Settings settings, LogNames? names, Stream? stream)
    {
        logging.SetMinimumLevel(Level(settings));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("OpenTelemetry", LogLevel.Warning);
        // Enabled at any level, it makes an Activity for each request; with tracing off nobody wants one.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Exceptions are logged once, with the answer they led to, by ExceptionAnswers.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None);
        logging.Services.AddSingleton(services => new JsonLog(
            service, names ?? LogNames.Default, Secrets.Of(settings), services.GetService<TimeProvider>() ?? TimeProvider.System, stream));
        logging.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<JsonLog>());
        return logging;
    }

    private static LogLevel Level(Settings settings) => settings["LOG_LEVEL"] switch
    {
        "debug" => LogLevel.Debug,
        null or "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        var other => throw new SettingsException(new SettingsProblem("LOG_LEVEL", $"is '{other}', which is no level", "set LOG_LEVEL to debug, info, warn or error")),
    };
}
