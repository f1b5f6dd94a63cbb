using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Outpost.FieldService.Tests.Web;
using Outpost.FieldService.Web;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.ApiKeys;

/// <summary>Walks the route table with keys, so a new route and a new ability are in here from their first day.</summary>
public sealed class WhatAScopeOpens(PostgresServer postgres)
{
    [Fact]
    public void Is_every_ability_once_but_for_those_that_are_for_people_only()
    {
        var opened = Scopes.All.SelectMany(Scopes.Opens).ToList();

        Assert.Equal(Enum.GetValues<Ability>().Order(), opened.Concat(Scopes.ForPeopleOnly).Order());
        Assert.All(opened, ability => Assert.Contains(ability, Scopes.Opens(Scopes.For(ability)!)));
        Assert.All(Scopes.ForPeopleOnly, ability => Assert.Null(Scopes.For(ability)));
    }

    [Fact]
    public async Task Is_what_it_says_and_nothing_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var ids = await Sample.FillAsync(app);
        var owner = await app.SignedInAsync();
        var routes = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(r => r.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && r.Metadata.GetMetadata<RequiresAttribute>() is not null)
            .SelectMany(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (route, method) => (Route: route, Method: method, route.Metadata.GetMetadata<RequiresAttribute>()!.Ability))
            .ToList();

        var wrong = new List<string>();
        var before = await FingerprintAsync(app);
        foreach (var ability in routes.Select(r => r.Ability).Distinct())
        {
            // Everything but the one scope that the route asks for.
            var scope = Scopes.For(ability);
            var (_, key) = await owner.KeyAsync([.. Scopes.All.Where(word => word != scope)]);
            before = await FingerprintAsync(app);
            foreach (var (route, method, _) in routes.Where(r => r.Ability == ability))
            {
                var status = (await SendAsync(app.With(key), method, route, ids)).StatusCode;
                if (status is not HttpStatusCode.Forbidden) wrong.Add($"{method} {route.RoutePattern.RawText} without {scope}: {(int)status}");
            }

            if (await FingerprintAsync(app) != before) wrong.Add($"without {scope} something was changed");
        }

        var callers = new Dictionary<string, HttpClient>();
        foreach (var (route, method, ability) in routes.Where(r => r.Method == "GET" && Scopes.For(r.Ability) is not null))
        {
            var scope = Scopes.For(ability)!;
            if (!callers.TryGetValue(scope, out var caller)) callers[scope] = caller = app.With((await owner.KeyAsync(scope)).Key);
            var status = (await SendAsync(caller, method, route, ids)).StatusCode;
            // What is not there was looked for, and what lacks something was looked at, so the door was open.
            if (status is not (HttpStatusCode.OK or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)) wrong.Add($"{method} {route.RoutePattern.RawText} with {Scopes.For(ability)}: {(int)status}");
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(routes.Count > 40, $"only {routes.Count} routes were walked");
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, RouteEndpoint route, IReadOnlyDictionary<string, Guid> ids)
    {
        var kind = "";
        var path = route.RoutePattern.PathSegments.Select(segment => segment.Parts is [RoutePatternLiteralPart literal] ? kind = literal.Content : ids[kind].ToString()).ToList();
        return client.SendAsync(new HttpRequestMessage(new(method), "/" + string.Join('/', path))
        {
            Content = method is "POST" or "PATCH" or "PUT" ? JsonContent.Create(Sample.Body(method, route.RoutePattern.RawText!)) : null,
        }, FieldServiceUnderTest.Stop);
    }

    // Without the keys themselves, which note when they were used.
    private static async Task<string> FingerprintAsync(FieldServiceUnderTest app) => (string)(await app.ValueAsync("""
        select string_agg(t.name || ':' || (xpath('/row/f/text()', query_to_xml(format('select md5(coalesce(string_agg(r::text, ''|'' order by r::text), '''')) as f from %I r', t.name), false, true, '')))[1]::text, ' ' order by t.name)
        from (select table_name::text as name from information_schema.tables where table_schema = 'public' and table_name not in ('sessions', 'login_attempts', 'api_keys')) t
        """))!;
}
