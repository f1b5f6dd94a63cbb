using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

/// <summary><c>docs/api/field-service.md</c> is written from the route table, so it cannot say anything else.</summary>
public sealed class TheIndexOfTheApi(PostgresServer postgres)
{
    [Fact]
    public async Task Lists_every_route_and_who_may_call_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var routes = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(r => r.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(m => m != "HEAD"), (route, method) => (Route: route, Method: method))
            .OrderBy(r => r.Route.RoutePattern.RawText!.TrimEnd('/'), StringComparer.Ordinal).ThenBy(r => r.Method, StringComparer.Ordinal);

        var text = new StringBuilder("""
            # Field service: the API

            JSON over HTTP. Sign in with `POST /api/v1/auth/login`; the answer sets the cookie `session`, and its `token` works as `Authorization: Bearer` too.
            A list takes `page`, `limit` (20, at most 100), `sort`, `order`, `status` and `q` and answers `{"data": […], "pagination": {"page", "limit", "total"}}`; one thing is
            `{"data": {…}}`. An error is `{"error": {"code", "message", "details"?, "traceId"}}`. Money is whole cents, an instant is ISO 8601 in UTC, a quantity is text with two
            decimals, a rate is a percentage. A PATCH is a merge patch (RFC 7396). A POST that moves money or books time takes an `Idempotency-Key`.

            Written from the route table. Rewrite it with `OUTPOST_WRITE_DOCS=1` and the tests of the field service.

            | method | path | what | who |
            |---|---|---|---|

            """);
        foreach (var (route, method) in routes)
        {
            var summary = route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? "Whether the service is well";
            text.Append($"| {method} | `{route.RoutePattern.RawText!.TrimEnd('/')}` | {summary} | {Who(route)} |\n");
        }

        StateDrawing.SeeThatItIsKept("field-service.md", text.ToString(), "api");
    }

    private static string Who(RouteEndpoint route) => route.Metadata.GetMetadata<IAllowAnonymous>() is not null
        ? "everybody"
        : string.Join(", ", Abilities.Having(route.Metadata.GetMetadata<RequiresAttribute>()!.Ability).Select(Words<UserRole>.Of));
}
