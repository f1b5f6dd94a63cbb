using System.Net;
using System.Net.Http.Json;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

public sealed class TwoPeopleChangingOneThing(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_of_what_was_read_is_made_and_raises_the_version()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var office = await app.SignedInAsync();
        var read = await office.ReadAsync($"/api/v1/clients/{client}");
        Assert.Equal("\"v1\"", read.Headers.ETag!.ToString());

        var changed = await ChangeAsync(office, $"/api/v1/clients/{client}", new { phone = "555 0100" }, "\"v1\"");

        Assert.Equal(2, (int)(await changed.DataAsync())["version"]!);
        Assert.Equal("\"v2\"", changed.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Who_has_read_an_older_version_is_refused_and_nothing_changes()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var office = await app.SignedInAsync();
        await office.PatchAsync($"/api/v1/clients/{client}", new { phone = "555 0100" });

        var late = await ChangeAsync(office, $"/api/v1/clients/{client}", new { phone = "555 0199" }, "\"v1\"");

        await late.RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
        Assert.Equal("555 0100", (string?)await app.ValueAsync("select phone from clients where id = $1", client));
    }

    [Fact]
    public async Task Of_ten_who_read_the_same_version_one_changes_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync();
        var office = await app.SignedInAsync();

        var answers = await app.AtOnceAsync("jobs", job, [.. Enumerable.Range(0, 10).Select(n =>
            (Func<Task<HttpResponseMessage>>)(() => ChangeAsync(office, $"/api/v1/jobs/{job}", new { title = $"Title {n}" }, "\"v1\"")))]);

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode is HttpStatusCode.PreconditionFailed));
        Assert.Equal(2, (int)(await app.ValueAsync("select version from jobs where id = $1", job))!);
    }

    [Theory]
    [InlineData("\"v7\"")]
    [InlineData("W/\"v1\"")]
    [InlineData("v1")]
    [InlineData("\"\"")]
    [InlineData("\"v1")]
    public async Task What_is_not_exactly_the_version_does_not_match(string given)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var office = await app.SignedInAsync();

        var answer = await ChangeAsync(office, $"/api/v1/clients/{client}", new { phone = "555 0100" }, given);

        await answer.RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"v9\", \"v1\"")]
    public async Task Any_version_and_one_of_several_match(string given)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var office = await app.SignedInAsync();

        await (await ChangeAsync(office, $"/api/v1/clients/{client}", new { phone = "555 0100" }, given)).DataAsync();
    }

    [Fact]
    public async Task A_technician_learns_nothing_of_a_visit_of_somebody_else()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Admin);
        var tech = await app.SignedInAsync(app.Company.Tech);

        var answer = await ChangeAsync(tech, $"/api/v1/visits/{visit}", new { tech_notes = "mine?" }, "\"v9\"");

        await answer.RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Who_has_the_newest_version_need_not_read_it_again()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync();
        var office = await app.SignedInAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/clients/{client}");
        request.Headers.TryAddWithoutValidation("If-None-Match", "\"v1\"");

        var answer = await office.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
        Assert.Equal("\"v1\"", answer.Headers.ETag!.ToString());
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Stop));
    }

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string path, object change, string version)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(change) };
        request.Headers.TryAddWithoutValidation("If-Match", version);
        return client.SendAsync(request, Stop);
    }
}
