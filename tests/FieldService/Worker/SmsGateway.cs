using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Tests.Worker;

/// <summary>
/// A gateway for text messages that knows the Standard Webhooks scheme from its own reading of it. It says <c>listening PORT</c>, and
/// <c>message TO ID TEXT</c> for each whose signature is right. <c>+1busy</c> is told once to come again.
/// </summary>
internal static class SmsGateway
{
    public const string SecretKey = "GATEWAY_SECRET";

    public static async Task<int> RunAsync()
    {
        var secret = Convert.FromBase64String(Environment.GetEnvironmentVariable(SecretKey)!["whsec_".Length..]);
        var had = new HashSet<string>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/sms", async (HttpRequest request) =>
        {
            var body = await new StreamReader(request.Body).ReadToEndAsync();
            var (id, at) = (request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString());
            var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id}.{at}.{body}")));
            if (request.Headers["webhook-signature"] != expected || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return Results.Unauthorized();

            var data = JsonNode.Parse(body)!["data"]!;
            var first = had.Add(id);
            Console.Out.WriteLine($"message {data["to"]} {id} {data["text"]}");
            return data["to"]!.ToString().StartsWith("+1busy", StringComparison.Ordinal) && first ? Results.StatusCode(503) : Results.Ok();
        });
        await app.StartAsync();
        Console.Out.WriteLine($"listening {app.Address().Port}");
        await Task.Run(() => Console.In.ReadToEnd());
        await app.StopAsync();
        return 0;
    }
}
