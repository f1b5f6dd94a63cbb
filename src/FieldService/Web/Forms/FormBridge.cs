using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using NodaTime;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Web.Forms;

/// <summary>
/// Lets an ordinary HTML form use the API. A form that is sent to <c>/form/api/v1/…</c> goes, as the JSON it stands for, through the very route that programs use, with
/// its gate, rules, versions and idempotency; so there is one way to change anything. When it went well the browser is led on and told so; when not, the page that the
/// form is on is shown again with what was filled in and what is wrong with it. None of it needs a script.
/// </summary>
internal sealed class FormBridge(RequestDelegate next, IServiceScopeFactory scopes)
{
    public const string Prefix = "/form";
    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "DELETE"];

    private sealed record Reply(int Status, byte[] Body, StringValues Cookies);

    private sealed class Scope(IServiceProvider services) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices { get; set; } = services;
    }

    public async Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsPost(request.Method) || !request.Path.StartsWithSegments(Prefix, out var path) || !path.StartsWithSegments("/api") || !request.HasFormContentType
            || await ReadAsync(http) is not { } form)
        {
            await next(http);
            return;
        }

        var method = form["_method"].ToString() is { Length: > 0 } named && Methods.Contains(named) ? named : "POST";
        var page = ReturnPath.Of(form["_page"]);
        // The outbox of a telephone sends the same forms and wants the API's own answer.
        var isScript = request.Headers.Accept.ToString() is "application/json";
        FormAnswer answer;
        try
        {
            var body = FormBody.Read(form, empties: method is "PATCH", Zone(form["_zone"]));
            var reply = await AskAsync(http, method, path, form, body);
            if (http.RequestAborted.IsCancellationRequested) return;

            if (isScript)
            {
                await http.Response.SendAsync(reply.Status, reply.Body, http.RequestAborted);
                return;
            }

            answer = Read(reply, form);
            if (reply.Status == StatusCodes.Status401Unauthorized && answer.Code == "UNAUTHORIZED")
            {
                http.Response.SeeOther(ReturnPath.SignInFor(page));
                return;
            }

            if (!answer.IsRefused && form["_shows"].Count == 0)
            {
                LeadOn(http, form, answer.Data, reply);
                return;
            }
        }
        catch (RuleException unreadable)
        {
            if (isScript)
            {
                var said = new JsonObject { ["error"] = new JsonObject { ["code"] = unreadable.Code, ["message"] = unreadable.Message } };
                await http.Response.SendAsync(StatusCodes.Status400BadRequest, Encoding.UTF8.GetBytes(said.ToJsonString()), http.RequestAborted);
                return;
            }

            answer = new(form["_form"].ToString(), StatusCodes.Status400BadRequest, form)
            {
                Code = unreadable.Code, Message = unreadable.Message, Issues = unreadable.Field is { } field ? [new(field, unreadable.Message)] : [],
            };
        }

        await ShowAgainAsync(http, page, answer);
    }

    private static async Task<IFormCollection?> ReadAsync(HttpContext http)
    {
        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Sends the request through everything that follows, as a program would have sent it, and keeps the answer.</summary>
    private async Task<Reply> AskAsync(HttpContext http, string method, PathString path, IFormCollection form, JsonObject body)
    {
        var (request, features) = (http.Request, http.Features);
        var json = Encoding.UTF8.GetBytes(body.ToJsonString());
        request.Method = method;
        request.Path = path;
        request.ContentType = "application/json";
        request.ContentLength = json.Length;
        request.Body = new MemoryStream(json, writable: false);
        request.Headers.Accept = "application/json";
        request.Headers.Remove("If-Match");
        request.Headers.Remove(Idempotency.Header);
        if (form["_key"].ToString() is { Length: > 0 and <= 128 } key) request.Headers[Idempotency.Header] = key;
        if (int.TryParse(form["_version"], out var version)) request.Headers.IfMatch = $"\"v{version}\"";

        var (wire, provider) = (features.Get<IHttpResponseBodyFeature>()!, features.Get<IServiceProvidersFeature>());
        using var kept = new MemoryStream();
        var keeping = new StreamResponseBodyFeature(kept);
        await using (var scope = scopes.CreateAsyncScope())
        {
            // In a scope of its own, so that its transaction is over before the page reads what it has done.
            features.Set<IHttpResponseBodyFeature>(keeping);
            features.Set<IServiceProvidersFeature>(new Scope(scope.ServiceProvider));
            try
            {
                await next(http);
                await keeping.CompleteAsync();
            }
            finally
            {
                features.Set(wire);
                features.Set(provider);
            }
        }

        var reply = new Reply(http.Response.StatusCode, kept.ToArray(), http.Response.Headers.SetCookie);
        http.Response.Clear();
        return reply;
    }

    private static FormAnswer Read(Reply reply, IFormCollection form)
    {
        JsonNode? said = null;
        try
        {
            if (reply.Body.Length > 0) said = JsonNode.Parse(reply.Body);
        }
        catch (JsonException)
        {
            // An answer that is no JSON has nothing to say to a form.
        }

        var answer = new FormAnswer(form["_form"].ToString(), reply.Status, form) { Data = said };
        if (reply.Status < 400) return answer;

        var error = said?["error"];
        var issues = (error?["details"]?["issues"] as JsonArray ?? []).Select(issue => new Issue(issue?["path"]?.ToString() ?? "", issue?["message"]?.ToString() ?? "")).ToList();
        var conflicts = (error?["details"]?["conflicts"] as JsonArray ?? []).Select(conflict => new Issue("", conflict?["message"]?.ToString() ?? ""));
        return answer with
        {
            Code = error?["code"]?.ToString() ?? "ERROR",
            Message = error?["message"]?.ToString() ?? "That did not work.",
            Issues = [.. issues, .. conflicts],
        };
    }

    private static void LeadOn(HttpContext http, IFormCollection form, JsonNode? said, Reply reply)
    {
        var then = form["_then"].ToString() is { Length: > 0 } asked ? asked : form["_page"].ToString();
        foreach (var made in new[] { "id", "invoice_id" })
        {
            then = then.Replace($"{{{made}}}", (said as JsonObject)?[made]?.ToString() ?? ((said as JsonObject)?["data"] as JsonObject)?[made]?.ToString() ?? "", StringComparison.Ordinal);
        }

        http.Response.SeeOther(ReturnPath.Of(then));
        // A use may have changed the session.
        http.Response.Headers.SetCookie = reply.Cookies;
        var warnings = ((said as JsonObject)?["warnings"] as JsonArray ?? []).Select(warning => warning?["message"]?.ToString()).OfType<string>();
        if (string.Join(' ', [.. form["_say"].OfType<string>(), .. warnings]) is { Length: > 0 } word) Toast.Say(http, word);
    }

    private Task ShowAgainAsync(HttpContext http, string page, FormAnswer answer)
    {
        var request = http.Request;
        var at = page.IndexOf('?', StringComparison.Ordinal);
        http.SetEndpoint(null);
        request.RouteValues.Clear();
        http.Features.Set<IExceptionHandlerFeature>(null);
        http.Features.Set<IExceptionHandlerPathFeature>(null);
        http.Features.Set<CurrentUser>(null);
        http.Features.Set(answer);
        request.Method = HttpMethods.Get;
        (request.Path, request.QueryString) = at < 0 ? (page, QueryString.Empty) : (page[..at], new QueryString(page[at..]));
        request.Path = PathString.FromUriComponent(request.Path.Value!);
        request.Body = Stream.Null;
        request.ContentType = null;
        request.ContentLength = null;
        request.Headers.Accept = "text/html";
        request.Headers.Remove("If-Match");
        request.Headers.Remove(Idempotency.Header);
        http.Response.StatusCode = answer.Status;
        return next(http);
    }

    private static DateTimeZone Zone(string? name) => (name is { Length: > 0 } ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) : null) ?? DateTimeZone.Utc;
}

file static class Answering
{
    public static async Task SendAsync(this HttpResponse response, int status, byte[] json, CancellationToken ct)
    {
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        if (json.Length == 0) return;

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, ct);
    }
}
