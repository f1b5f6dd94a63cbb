using System.Net;
using Outpost.FieldService.Tests.Visits;
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

    [Fact]
    public async Task A_technician_who_goes_along_finds_the_job_as_well()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled", await app.ClientAsync("Edith Valdivia"), "Clear main drain");
        await (await app.SignedInAsync()).BookedAsync(job, Dispatch.Nine, 1, await app.TechnicianAsync("bob"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);

        var found = await (await tech.ReadAsync("/api/v1/search?q=drain")).DataAsync();

        Assert.Equal(job.ToString(), (string?)Assert.Single(found["jobs"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task What_lies_behind_a_thousand_newer_ones_is_found_and_of_many_the_newest_come_first()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync("Edith Valdivia");
        var other = await app.ClientAsync("Somebody else");
        var old = await app.JobAsync("completed", client, "Clear main drain");
        var oldEstimate = await app.EstimateAsync(client, old);
        var oldInvoice = await app.InvoiceAsync(client, old, "sent");
        await app.SqlAsync("""
            insert into jobs (account_id, id, client_id, title, created_by, created_at)
            select $1, gen_random_uuid(), $2, 'Furnace ' || n || ' of a row', $3, now() + make_interval(secs => n) from generate_series(1, 1000) n
            """, app.Company.Account, other, app.Company.Owner.Id);
        await app.SqlAsync("""
            insert into estimates (account_id, id, client_id, subtotal_cents, tax_cents, total_cents, created_by, notes, created_at) select $1, gen_random_uuid(), $2, 0, 0, 0, $3, 'Furnace', now() + make_interval(secs => n) from generate_series(1, 1000) n
            """, app.Company.Account, other, app.Company.Owner.Id);
        await app.SqlAsync("""
            insert into invoices (account_id, id, client_id, subtotal_cents, tax_cents, total_cents, created_by, created_at) select $1, gen_random_uuid(), $2, 0, 0, 0, $3, now() + make_interval(secs => n) from generate_series(1, 1000) n
            """, app.Company.Account, other, app.Company.Owner.Id);
        var office = await app.SignedInAsync();

        foreach (var words in (string[])["valdivia", "ed", "drain", "cl"])
        {
            var behind = await (await office.ReadAsync($"/api/v1/search?q={words}")).DataAsync();
            Assert.Equal(old.ToString(), (string?)Assert.Single(behind["jobs"]!.AsArray())!["id"]);
            if (words is "drain" or "cl") continue;

            Assert.Equal(oldEstimate.ToString(), (string?)Assert.Single(behind["estimates"]!.AsArray())!["id"]);
            Assert.Equal(oldInvoice.ToString(), (string?)Assert.Single(behind["invoices"]!.AsArray())!["id"]);
        }

        foreach (var words in (string[])["fu", "furnace", "somebody"])
        {
            var many = await (await office.ReadAsync($"/api/v1/search?q={words}")).DataAsync();
            Assert.Equal([1000, 999, 998, 997, 996], many["jobs"]!.AsArray().Select(job => int.Parse(((string)job!["title"]!).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
            Assert.Equal(5, many["estimates"]!.AsArray().Count);
        }

        // In the middle of a word two letters are not looked for, and one word of the newest is not enough to hide an older one.
        Assert.Empty((await (await office.ReadAsync("/api/v1/search?q=ur")).DataAsync())["jobs"]!.AsArray());
        await app.JobAsync("draft", other, "Another drain");
        Assert.Equal(2, (await (await office.ReadAsync("/api/v1/search?q=drain")).DataAsync())["jobs"]!.AsArray().Count);
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
