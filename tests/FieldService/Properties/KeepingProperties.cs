using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Properties;

public sealed class KeepingProperties(PostgresServer postgres)
{
    private const string Path = "/api/v1/properties";

    [Fact]
    public async Task A_new_property_belongs_to_its_client()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync(app.Company.Admin));

        var property = await (await office.PostAsync(Path, new { client_id = client, address = "12 Elm St", city = "Troy", notes = "Gate code 4711" })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(client, (Guid?)property["client_id"]);
        var found = await (await office.ReadAsync($"{Path}/{property["id"]}")).DataAsync();
        Assert.Equal("12 Elm St|Ada Byron|Gate code 4711|0|0", $"{found["address"]}|{found["client_name"]}|{found["notes"]}|{found["job_count"]}|{found["visit_count"]}");
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'property' and action = 'insert'"));
    }

    [Fact]
    public async Task An_unknown_client_is_not_found_and_the_field_is_named()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        await (await office.PostAsync(Path, new { client_id = Guid.NewGuid(), address = "12 Elm St" })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        Assert.Equal(0L, await app.ValueAsync("select count(*) from properties"));
    }

    [Fact]
    public async Task What_is_no_property_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        foreach (var body in new[]
        {
            """{"address":"12 Elm St"}""",
            """{"client_id":"CLIENT","address":" "}""",
            """{"client_id":"CLIENT"}""",
            """{"client_id":"not a uuid","address":"12 Elm St"}""",
            """{"client_id":17,"address":"12 Elm St"}""",
            """{"client_id":"CLIENT","address":"12 Elm St","zip":"123456789012345678901"}""",
        })
        {
            var answer = await office.PostAsync(Path, new StringContent(body.Replace("CLIENT", client.ToString(), StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json"), FieldServiceUnderTest.Stop);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from properties"));
    }

    [Fact]
    public async Task A_list_is_by_address_and_counts_jobs_and_visits()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, other, office) = (await app.ClientAsync(), await app.ClientAsync("Bob"), await app.SignedInAsync());
        var (elm, ash) = (await app.PropertyAsync(client, "9 Elm St"), await app.PropertyAsync(other, "10 Ash St"));
        var job = await app.JobAsync(client: client);
        await app.SqlAsync("update jobs set property_id = $1 where id = $2", elm, job);
        await app.VisitAsync(job, null);
        await app.VisitAsync(job, null);

        var all = (await (await office.ReadAsync(Path)).DataAsync()).AsArray();
        Assert.Equal(["10 Ash St Bob 0 0", "9 Elm St Ada Byron 1 2"], all.Select(row => $"{row!["address"]} {row["client_name"]} {row["job_count"]} {row["visit_count"]}"));
        Assert.Equal(ash, (Guid?)Assert.Single((await (await office.ReadAsync($"{Path}?client_id={other}")).DataAsync()).AsArray())!["id"]);
        Assert.Equal(elm, (Guid?)Assert.Single((await (await office.ReadAsync($"{Path}?q=elm")).DataAsync()).AsArray())!["id"]);
        Assert.Equal(elm, (Guid?)Assert.Single((await (await office.ReadAsync($"/api/v1/clients/{client}/properties")).DataAsync()).AsArray())!["id"]);
        await (await office.ReadAsync($"/api/v1/clients/{Guid.NewGuid()}/properties")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_property_without_work_may_go_to_another_client()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (property, buyer, office) = (await app.PropertyAsync(await app.ClientAsync()), await app.ClientAsync("Bob"), await app.SignedInAsync());

        var changed = await (await office.PatchAsync($"{Path}/{property}", new { client_id = buyer, name = "Shop" })).DataAsync();

        Assert.Equal((buyer, "Shop", "12 Elm St"), ((Guid)changed["client_id"]!, (string)changed["name"]!, (string)changed["address"]!));
        await (await office.PatchAsync($"{Path}/{property}", new { client_id = Guid.NewGuid() })).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(HttpStatusCode.BadRequest, (await office.PatchAsync($"{Path}/{property}", new { client_id = (Guid?)null })).StatusCode);
    }

    [Fact]
    public async Task A_property_with_a_job_keeps_its_client_and_is_not_deleted()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, other, office) = (await app.ClientAsync(), await app.ClientAsync("Bob"), await app.SignedInAsync());
        var property = await app.PropertyAsync(client);
        await app.SqlAsync("update jobs set property_id = $1 where id = $2", property, await app.JobAsync(client: client));

        var fixedClient = await (await office.PatchAsync($"{Path}/{property}", new { client_id = other })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var kept = await (await office.DeleteAsync($"{Path}/{property}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.All([fixedClient, kept], error => Assert.Contains("1 job", (string?)error["message"], StringComparison.Ordinal));
        await (await office.PatchAsync($"{Path}/{property}", new { notes = "Dog" })).DataAsync();
        Assert.Equal(client, await app.ValueAsync("select client_id from properties"));
    }

    [Fact]
    public async Task A_property_without_work_is_deleted_and_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (property, office) = (await app.PropertyAsync(await app.ClientAsync()), await app.SignedInAsync());

        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync($"{Path}/{property}", FieldServiceUnderTest.Stop)).StatusCode);

        Assert.Equal("12 Elm St", await app.ValueAsync("select old_value ->> 'address' from audit_log where action = 'delete'"));
        await (await office.DeleteAsync($"{Path}/{property}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }
}
