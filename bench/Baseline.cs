using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Outpost.Bench;

/// <summary>The least a web server of the same platform can do: what every figure is set in relation to, measured in the same run.</summary>
internal static class Baseline
{
    public static readonly Load Load = new("bare server", _ => LoadGenerator.Get("/"), 200);

    public static async Task<WebApplication> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/", () => "hello");
        await app.StartAsync(ct);
        return app;
    }
}
