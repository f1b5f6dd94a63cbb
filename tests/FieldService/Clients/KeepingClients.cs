using System.Net;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Clients;

public sealed class KeepingClients(PostgresServer postgres)
{
    private const string Path = "/api/v1/clients";

    [Fact]
    public async Task A_new_client_is_kept_trimmed_and_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync(app.Company.Admin);

        var answer = await office.PostAsync(Path, new { name = "  Ada Byron ", email = "ada@example.com", phone = "555-0100", company_name = "", address_line1 = "1 Main St", zip = "10001" });

        var client = await answer.DataAsync(HttpStatusCode.Created);
        Assert.Equal("Ada Byron", (string?)client["name"]);
        Assert.Null(client["company_name"]);
        Assert.Equal($"{Path}/{(string)client["id"]!}", answer.Headers.Location!.ToString());
        Assert.Equal("Ada Byron", await app.ValueAsync("select new_value ->> 'name' from audit_log where entity_type = 'client' and action = 'insert' and actor_id = $1", app.Company.Admin.Id));
        Assert.Equal("1 Main St", await app.ValueAsync("select address_line1 from clients"));
    }

    [Fact]
    public async Task One_client_says_how_much_there_is_for_them()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        await app.PropertyAsync(client);
        await app.PropertyAsync(client, "13 Elm St");
        await app.JobAsync(client: client);
        await app.EstimateAsync(client);
        await app.InvoiceAsync(client, null, "draft");

        var found = await (await office.ReadAsync($"{Path}/{client}")).DataAsync();

        Assert.Equal("2 1 1 1", $"{found["property_count"]} {found["job_count"]} {found["estimate_count"]} {found["invoice_count"]}");
    }

    [Fact]
    public async Task What_is_no_client_is_refused_and_nothing_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        foreach (var body in new[]
        {
            """{}""",
            """{"name":null}""",
            """{"name":"   "}""",
            """{"name":7}""",
            """{"name":"A\u0000B"}""",
            """{"name":"\ud800"}""",
            """{"name":"Ada","name":"Bob"}""",
            """{"name":"Ada","email":"no address"}""",
            """{"name":"Ada","phone":"123456789012345678901234567890123456789012345678901"}""",
            """[]""",
            """null""",
            """{"name":""",
            "",
        })
        {
            StringContent Content() => new(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await office.PostAsync(Path, Content(), FieldServiceUnderTest.Stop)).StatusCode));
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, (await office.PatchAsync($"{Path}/{client}", Content(), FieldServiceUnderTest.Stop)).StatusCode));
        }

        Assert.Equal("Ada Byron", await app.ValueAsync("select string_agg(name, ',') from clients"));
    }

    [Fact]
    public async Task A_name_of_300_characters_is_refused_and_one_of_255_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await office.PostAsync(Path, new { name = new string('n', 300) })).StatusCode);
        await (await office.PostAsync(Path, new { name = new string('n', 255) })).DataAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_and_empties_what_is_null()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        var id = (string)(await (await office.PostAsync(Path, new { name = "Ada", phone = "1", city = "Troy", notes = "Dog" })).DataAsync(HttpStatusCode.Created))["id"]!;

        var changed = await (await office.PatchAsync($"{Path}/{id}", new { phone = (string?)null, notes = "Two dogs" })).DataAsync();

        Assert.Equal("Ada|-|Troy|Two dogs", $"{changed["name"]}|{changed["phone"]?.ToString() ?? "-"}|{changed["city"]}|{changed["notes"]}");
        Assert.Equal("Dog > Two dogs", await app.ValueAsync("select old_value ->> 'notes' || ' > ' || (new_value ->> 'notes') from audit_log where action = 'update'"));
    }

    [Fact]
    public async Task Two_changes_at_once_to_different_fields_are_both_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        await app.AtOnceAsync("clients", client,
            () => office.PatchAsync($"{Path}/{client}", new { phone = "555" }),
            () => office.PatchAsync($"{Path}/{client}", new { city = "Troy" }));

        Assert.Equal("555 Troy", await app.ValueAsync("select phone || ' ' || city from clients"));
    }

    [Fact]
    public async Task A_list_finds_by_any_part_of_name_company_e_mail_and_telephone()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        foreach (var body in new object[]
        {
            new { name = "Ada Byron", email = "ada@engine.test" },
            new { name = "Bob", company_name = "Engine & Sons" },
            new { name = "Cy", phone = "555-0142" },
            new { name = "100% Dan_y" },
            new { name = @"Back\slash" },
        })
        {
            await (await office.PostAsync(Path, body)).DataAsync(HttpStatusCode.Created);
        }

        foreach (var (q, expected) in new[] { ("ENGINE", "Ada Byron,Bob"), ("0142", "Cy"), ("%25", "100% Dan_y"), ("_", "100% Dan_y"), ("%5C", @"Back\slash"), ("' or true --", "") })
        {
            Assert.Equal(expected, string.Join(',', await NamesAsync(office, $"?q={q}")));
        }

        Assert.Equal(5, (await NamesAsync(office, "?q=%20")).Length);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_say_how_many_there_are()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        foreach (var name in new[] { "bob", "Ada", "Cy", "ada", "Dee" }) await app.ClientAsync(name);

        var pages = new List<string>();
        foreach (var query in new[] { "?limit=2", "?limit=2&page=2", "?limit=2&page=3" }) pages.AddRange(await NamesAsync(office, query));
        // Two of one name stand in the order of their ids, which two made in the same millisecond have by chance.
        Assert.Equal(["ada", "ada", "bob", "cy", "dee"], pages.Select(name => name.ToLowerInvariant()));
        Assert.Equal(5, pages.Distinct().Count());
        Assert.Equal("Dee,Cy", string.Join(',', await NamesAsync(office, "?sort=name&order=desc&limit=2")));
        Assert.Equal("""{"page":2,"limit":2,"total":5}""", (await (await office.ReadAsync($"{Path}?limit=2&page=2")).JsonAsync())["pagination"]!.ToJsonString());
        Assert.Empty(await NamesAsync(office, "?page=1000000"));
    }

    [Fact]
    public async Task A_list_counts_properties_and_jobs()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        await app.PropertyAsync(client);
        await app.JobAsync(client: client);
        await app.JobAsync(client: client);

        var row = (await (await office.ReadAsync(Path)).DataAsync())[0]!;

        Assert.Equal("1 2", $"{row["property_count"]} {row["job_count"]}");
    }

    [Fact]
    public async Task A_client_with_work_is_not_deleted_and_the_refusal_says_what_there_is()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        await app.JobAsync(client: client);
        await app.JobAsync(client: client);
        await app.InvoiceAsync(client, null, "draft");

        var error = await (await office.DeleteAsync($"{Path}/{client}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        Assert.Contains("2 jobs and 1 invoice", (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from clients"));
    }

    [Fact]
    public async Task A_client_without_work_goes_with_their_properties_and_each_is_audited()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());
        await app.PropertyAsync(client);

        Assert.Equal(HttpStatusCode.NoContent, (await office.DeleteAsync($"{Path}/{client}", FieldServiceUnderTest.Stop)).StatusCode);

        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));
        Assert.Equal("client,property", await app.ValueAsync("select string_agg(entity_type, ',' order by entity_type) from audit_log where action = 'delete' and old_value is not null"));
        await (await office.ReadAsync($"{Path}/{client}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_job_and_the_end_of_its_client_at_once_leave_no_job_without_client()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (client, office) = (await app.ClientAsync(), await app.SignedInAsync());

        var answers = await app.AtOnceAsync("clients", client,
            () => office.DeleteAsync($"{Path}/{client}", FieldServiceUnderTest.Stop),
            () => office.PostAsync("/api/v1/jobs", new { client_id = client, title = "Late" }));

        var outcome = (answers[0].StatusCode, answers[1].StatusCode);
        Assert.True(outcome is (HttpStatusCode.NoContent, HttpStatusCode.NotFound) or (HttpStatusCode.Conflict, HttpStatusCode.Created), outcome.ToString());
    }

    private static async Task<string[]> NamesAsync(HttpClient client, string query) =>
        (await (await client.ReadAsync(Path + query)).DataAsync()).AsArray().Select((JsonNode? row) => (string)row!["name"]!).ToArray();
}
