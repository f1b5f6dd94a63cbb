using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Outpost.FieldService.Tests.Web;

/// <summary>Calls every route of the API that changes something, as somebody who may, with the sample's ids and bodies; deletions last.</summary>
internal static class MutationWalk
{
    public static async Task RunAsync(FieldServiceUnderTest app, HttpClient owner)
    {
        var ids = await Sample.FillAsync(app);
        var routes = from route in app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                     where route.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && route.Metadata.GetMetadata<IAllowAnonymous>() is null
                     where !route.RoutePattern.RawText!.Contains("/auth/", StringComparison.Ordinal)
                     from method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                     where method is "POST" or "PATCH" or "PUT" or "DELETE"
                     orderby method == "DELETE"
                     select (route, method);

        foreach (var (route, method) in routes)
        {
            var kind = "";
            var path = "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment =>
                segment.Parts is [RoutePatternLiteralPart literal] ? kind = literal.Content : ids[kind].ToString()));
            using var request = new HttpRequestMessage(new(method), path)
            {
                Content = method is "DELETE" ? null : JsonContent.Create(Sample.Body(method, route.RoutePattern.RawText!)),
            };
            var answer = await owner.SendAsync(request, FieldServiceUnderTest.Stop);
            Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {(int)answer.StatusCode}");
        }
    }
}
