using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Outpost.FieldService.Webhooks;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Tests.Webhooks;

/// <summary>One message as it came over the wire.</summary>
internal sealed record Heard(string Id, string Timestamp, string Signature, byte[] Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => (string)Json["type"]!;

    /// <summary>Written from the words of the standard, sharing nothing with the code that signs: which of these secrets has signed it?</summary>
    public bool IsSignedWith(string secret)
    {
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal)));
        hmac.TransformBlock(Encoding.ASCII.GetBytes(Id + "." + Timestamp + "."), 0, Id.Length + Timestamp.Length + 2, null, 0);
        hmac.TransformFinalBlock(Body, 0, Body.Length);
        return Signature.Split(' ').Contains("v1," + Convert.ToBase64String(hmac.Hash!));
    }
}

/// <summary>A program of somebody else on a real Kestrel, which hears messages and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Heard> _heard = new();

    private Receiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Run(async call =>
        {
            using var body = new MemoryStream();
            await call.Request.Body.CopyToAsync(body);
            var headers = call.Request.Headers;
            var heard = new Heard(headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), body.ToArray());
            _heard.Enqueue(heard);
            await Answer(call, heard);
        });
    }

    public Func<HttpContext, Heard, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<Heard> Heard => [.. _heard];

    public string Url => _app.Urls.Single();

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver._app.StartAsync(FieldServiceUnderTest.Stop);
        return receiver;
    }

    public void Says(HttpStatusCode status, string text = "") => Answer = (call, _) =>
    {
        call.Response.StatusCode = (int)status;
        return call.Response.WriteAsync(text);
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal static class Dispatching
{
    /// <summary>A webhook that was made over the API and leads to the receiver.</summary>
    public static async Task<(Guid Id, string Secret)> WebhookAsync(this FieldServiceUnderTest app, HttpClient owner, Receiver receiver, params string[] events)
    {
        var made = await (await owner.PostAsync("/api/v1/webhooks", new { url = "https://receiver.example/hook", events = events.Length == 0 ? null : events })).DataAsync(HttpStatusCode.Created);
        var id = (Guid)made["webhook"]!["id"]!;
        await app.LeadAsync(id, receiver.Url);
        // Its own beginning is the first thing it would be told.
        await app.SqlAsync("delete from webhook_deliveries");
        return (id, (string)made["secret"]!);
    }

    public static Task<int> LeadAsync(this FieldServiceUnderTest app, Guid webhook, string url) => app.SqlAsync("update webhooks set url = $2 where id = $1", webhook, url);

    public static WebhookDispatch Dispatch(this FieldServiceUnderTest app, bool allowPrivate = true, TimeSpan? patience = null) =>
        new(app.Database.AppSource, PublicHttp.Create(allowPrivate, TimeSpan.FromSeconds(15)), app.Clock, NullLogger<WebhookDispatch>.Instance)
        {
            AnswerWithin = patience ?? WebhookDispatch.Patience,
        };

    public static async Task<List<JsonNode>> DeliveriesAsync(this HttpClient owner, Guid webhook, string query = "") =>
        [.. (await (await owner.ReadAsync($"/api/v1/webhooks/{webhook}/deliveries?order=asc&limit=100&{query}")).DataAsync()).AsArray().Select(delivery => delivery!)];

}
