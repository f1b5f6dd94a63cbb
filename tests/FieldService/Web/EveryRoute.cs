using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.FieldService.Web;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

/// <summary>Walks the route table itself, so a new route is in here from its first day.</summary>
public sealed class EveryRoute(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Says_who_may_call_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var open = Routes(app).Where(IsUnmarked).Select(r => r.DisplayName);

        Assert.Empty(open);
    }

    [Fact]
    public void One_that_says_nothing_is_seen() =>
        Assert.True(IsUnmarked(new RouteEndpoint(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/open"), 0, new(), "open")));

    [Fact]
    public async Task Is_closed_to_whoever_is_not_signed_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = app.Client();

        var answers = new List<string>();
        foreach (var (method, path, route) in Calls(app))
        {
            var answer = await client.SendAsync(new(method, path) { Content = Body(route) }, Stop);
            var closed = path.StartsWith("/api", StringComparison.Ordinal)
                ? answer.StatusCode is HttpStatusCode.Unauthorized
                : answer.StatusCode is HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.RedirectKeepVerb && answer.Headers.Location!.ToString().StartsWith("/login", StringComparison.Ordinal);
            if (!closed) answers.Add($"{method} {path}: {(int)answer.StatusCode}");
        }

        Assert.True(answers.Count == 0, string.Join(Environment.NewLine, answers));
    }

    [Fact]
    public async Task Knows_nothing_of_another_accounts_ids_and_changes_nothing_of_theirs()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var south = await app.CompanyAsync("south");
        var stranger = await app.SignedInAsync(south.Owner);
        var before = await FingerprintAsync(app);

        var walked = 0;
        var answers = new List<string>();
        foreach (var (method, path, route) in Calls(app, ids).Where(c => c.Route.RoutePattern.Parameters.Count > 0))
        {
            var answer = await stranger.SendAsync(new(method, path) { Content = Body(route) }, Stop);
            walked++;
            if (answer.StatusCode is not HttpStatusCode.NotFound) answers.Add($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
        }

        Assert.True(answers.Count == 0, string.Join(Environment.NewLine, answers));
        Assert.True(walked >= 20, $"only {walked} routes were walked");
        Assert.Equal(before, await FingerprintAsync(app));
    }

    [Fact]
    public async Task Lists_nothing_of_another_account()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await Sample.FillAsync(app);
        var south = await app.CompanyAsync("south");
        var stranger = await app.SignedInAsync(south.Owner);

        var answers = new List<string>();
        foreach (var (method, path, _) in Calls(app).Where(c => c.Method == HttpMethod.Get && c.Route.RoutePattern.Parameters.Count == 0))
        {
            // This one goes on for as long as somebody listens; whom it tells what is looked at by itself.
            if (path == "/app/events") continue;

            // The settings offer every time zone there is, North Dakota's too.
            var text = (await (await stranger.ReadAsync(path)).Content.ReadAsStringAsync(Stop)).Replace("/North", "", StringComparison.Ordinal);
            if (text.Contains("north", StringComparison.OrdinalIgnoreCase)) answers.Add($"{method} {path}: {text}");
        }

        Assert.True(answers.Count == 0, string.Join(Environment.NewLine, answers));
    }

    private static bool IsUnmarked(RouteEndpoint route) =>
        route.Metadata.GetMetadata<RequiresAttribute>() is null && route.Metadata.GetMetadata<IAllowAnonymous>() is null;

    private static IEnumerable<RouteEndpoint> Routes(FieldServiceUnderTest app) => app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static IEnumerable<(HttpMethod Method, string Path, RouteEndpoint Route)> Calls(FieldServiceUnderTest app, IReadOnlyDictionary<string, Guid>? ids = null) =>
        from route in Routes(app)
        where route.Metadata.GetMetadata<RequiresAttribute>() is not null
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (new HttpMethod(method), PathOf(route, ids), route);

    // Every parameter of a route is an id, and the segment before it says of what.
    private static string PathOf(RouteEndpoint route, IReadOnlyDictionary<string, Guid>? ids)
    {
        var kind = "";
        var path = route.RoutePattern.PathSegments.Select(segment =>
        {
            if (segment.Parts is [Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal]) return kind = literal.Content;
            return ids is null ? Guid.CreateVersion7().ToString() : ids.TryGetValue(kind, out var id) ? id.ToString() : throw new InvalidOperationException($"Sample has nothing for /{kind}/…: add it.");
        });
        return "/" + string.Join('/', path);
    }

    private static JsonContent? Body(RouteEndpoint route)
    {
        var method = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0];
        return method is "POST" or "PATCH" or "PUT" ? JsonContent.Create(Sample.Body(method, route.RoutePattern.RawText!)) : null;
    }

    internal static async Task<string> FingerprintAsync(FieldServiceUnderTest app) => (string)(await app.ValueAsync("""
        select string_agg(t.name || ':' || (xpath('/row/f/text()', query_to_xml(format('select md5(coalesce(string_agg(r::text, ''|'' order by r::text), '''')) as f from %I r', t.name), false, true, '')))[1]::text, ' ' order by t.name)
        from (select table_name::text as name from information_schema.tables where table_schema = 'public' and table_name not in ('sessions', 'login_attempts')) t
        """))!;
}
