using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Telemetry;

/// <summary>
/// Sends spans of requests and SQL over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; otherwise nothing listens and nothing is made. They leave in the
/// background: a collector that is gone costs spans, never a request.
/// </summary>
internal sealed partial class Tracing : IDisposable
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolKey = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const int CollectorsGrpcPort = 4317;
    private const int Patience = 3_000;

    private readonly TracerProvider? _provider;

    /// <exception cref="SettingsException">The endpoint is no URL, or the protocol unknown.</exception>
    public Tracing(string service, Settings settings, IEnumerable<SourceName> sources, ILogger<Tracing> log)
    {
        if (Endpoint(settings) is not { } endpoint) return;

        var (protocol, address) = Protocol(settings, endpoint);
        var name = settings["OTEL_SERVICE_NAME"] ?? $"outpost-{service}";
        _provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(name, serviceVersion: typeof(Tracing).Assembly.GetName().Version?.ToString(3)))
            .AddSource(["Microsoft.AspNetCore", "Npgsql", .. sources.Select(source => source.Name)])
            .AddOtlpExporter(otlp =>
            {
                otlp.Endpoint = address;
                otlp.Protocol = protocol;
                otlp.TimeoutMilliseconds = Patience;
                if (settings["OTEL_EXPORTER_OTLP_HEADERS"] is { } headers) otlp.Headers = headers;
            })
            .Build();
        Started(log, name, endpoint.GetLeftPart(UriPartial.Authority), protocol);
    }

    /// <summary>Wrong settings are told before anything is built.</summary>
    /// <exception cref="SettingsException">The endpoint is no URL, or the protocol unknown.</exception>
    public static void Check(Settings settings)
    {
        if (Endpoint(settings) is { } endpoint) Protocol(settings, endpoint);
    }

    public void Dispose()
    {
        _provider?.Shutdown(Patience);
        _provider?.Dispose();
    }

    private static Uri? Endpoint(Settings settings) => settings[EndpointKey] switch
    {
        null => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" => url,
        _ => throw new SettingsException(new SettingsProblem(EndpointKey, "is no http or https URL", $"set {EndpointKey} to the collector, such as http://localhost:4317")),
    };

    // The signal's path is the caller's to add once an endpoint is given in code.
    private static (OtlpExportProtocol Protocol, Uri Address) Protocol(Settings settings, Uri endpoint) => (settings[ProtocolKey], endpoint.Port) switch
    {
        ("grpc", _) or (null, CollectorsGrpcPort) => (OtlpExportProtocol.Grpc, endpoint),
        ("http/protobuf", _) or (null, _) => (OtlpExportProtocol.HttpProtobuf, new Uri($"{endpoint.ToString().TrimEnd('/')}/v1/traces")),
        var (other, _) => throw new SettingsException(new SettingsProblem(ProtocolKey, $"is '{other}'", $"set {ProtocolKey} to grpc or http/protobuf")),
    };

    [LoggerMessage(LogLevel.Information, "traces of {ServiceName} go to {Collector} by {Protocol}")]
    private static partial void Started(ILogger log, string serviceName, string collector, OtlpExportProtocol protocol);
}
