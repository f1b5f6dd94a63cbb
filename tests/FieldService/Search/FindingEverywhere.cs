using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Search;

public sealed class FindingEverywhere(PostgresServer postgres)
{
    [Fact]
    public async Task A_name_leads_to_the_client_and_to_all_that_was_done_for_them()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync("Edith Valdivia");
        await app.PropertyAsync(client);
        var job = await app.JobAsync("completed", client, "Clear main drain");
        await app.EstimateAsync(client, job);
        await app.InvoiceAsync(client, job, "sent");
        await app.JobAsync("draft", await app.ClientAsync("Somebody else"), "Another job");
        var office = await app.SignedInAsync();

        var found = await (await office.ReadAsync("/api/v1/search?q=vALDI")).DataAsync();

        Assert.Equal([1, 1, 1, 1, 1], new[] { "clients", "properties", "jobs", "estimates", "invoices" }.Select(kind => found[kind]!.AsArray().Count));
        Assert.Equal("Clear main drain", (string?)found["jobs"]![0]!["title"]);
        Assert.Equal("Edith Valdivia", (string?)found["jobs"]![0]!["detail"]);
    }

    [Fact]
    public async Task A_technician_finds_their_own_jobs_and_no_client_and_no_money()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync("Edith Valdivia");
        var own = await app.JobAsync("scheduled", client, "Clear main drain");
        await app.VisitAsync(own, app.Company.Tech);
        await app.JobAsync("scheduled", client, "Not theirs");
        await app.InvoiceAsync(client, own, "sent");
        var tech = await app.SignedInAsync(app.Company.Tech);

        var found = await (await tech.ReadAsync("/api/v1/search?q=valdivia")).DataAsync();

        Assert.Equal(own.ToString(), (string?)Assert.Single(found["jobs"]!.AsArray())!["id"]);
        foreach (var kind in (string[])["clients", "properties", "estimates", "invoices"]) Assert.Empty(found[kind]!.AsArray());
    }

    [Theory]
    [InlineData("%25")]
    [InlineData("_____")]
    [InlineData("%5C")]
    [InlineData("")]
    public async Task What_stands_for_anything_elsewhere_stands_for_itself(string typed)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.ClientAsync("Edith Valdivia");
        var office = await app.SignedInAsync();

        var found = await (await office.ReadAsync($"/api/v1/search?q={typed}")).DataAsync();

        Assert.Empty(found["clients"]!.AsArray());
    }

    [Fact]
    public async Task More_than_anybody_types_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        await (await office.ReadAsync($"/api/v1/search?q={new string('a', 256)}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }
}
