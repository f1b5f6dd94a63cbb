using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Estimates;

public sealed class WritingAnEstimate(PostgresServer postgres)
{
    private static readonly object[] TwoLines =
    [
        new { description = "Boiler", quantity = 1.5m, unit_price_cents = 333 },
        new { description = "Labour", quantity = "2", unit_price_cents = 100_00, tax_rate = 9.975m },
    ];

    private static readonly string[] Faults =
    [
        """{"line_items":[{"description":"x","quantity":1.005,"unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","quantity":0,"unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","quantity":-1,"unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","quantity":1e30,"unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","quantity":"many","unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","unit_price_cents":1}]}""",
        """{"line_items":[{"description":"x","quantity":1}]}""",
        """{"line_items":[{"description":" ","quantity":1,"unit_price_cents":1}]}""",
        """{"line_items":[{"quantity":1,"unit_price_cents":1}]}""",
        """{"line_items":[null]}""",
        """{"line_items":"x"}""",
        """{"line_items":[{"description":"x","quantity":1,"unit_price_cents":-1}]}""",
        """{"line_items":[{"description":"x","quantity":1,"unit_price_cents":1.5}]}""",
        """{"line_items":[{"description":"x","quantity":1,"unit_price_cents":9223372036854775807}]}""",
        """{"line_items":[{"description":"x","quantity":1,"unit_price_cents":9223372036854775808}]}""",
        """{"line_items":[{"description":"x","quantity":99999999.99,"unit_price_cents":99999999999}]}""",
        """{"line_items":[{"description":"x","quantity":1,"unit_price_cents":1,"tax_rate":101}]}""",
        """{"tax_rate":-1}""",
        """{"tax_rate":100.5}""",
        """{"tax_rate":1.23456}""",
        """{"tax_rate":"8"}""",
        """{"flat_rate_cents":-1}""",
        """{"flat_rate_cents":100000000000}""",
        """{"expires_at":"soon"}""",
        """{"client_id":"soon"}""",
        """{"client_id":null}""",
        """{"notes":"\u0000"}""",
    ];

    [Fact]
    public async Task It_is_answered_with_its_lines_in_order_and_the_tax_of_each_rate()
    {
        await using var desk = await Desk.OpenAsync(postgres);

        var answer = await desk.Owner.PostAsync(Desk.Estimates, new
        {
            client_id = desk.It.Client,
            job_id = desk.It.Job,
            property_id = desk.It.Property,
            notes = "  Thank you ",
            internal_notes = "haggles",
            expires_at = "2026-12-31T23:00:00-05:00",
            tax_rate = 8.25m,
            line_items = TwoLines,
        });

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = (string)(await answer.JsonAsync())["id"]!;
        var estimate = await desk.GetAsync(Desk.Estimates, id);
        Assert.Equal(
            """[["Boiler","1.50",333,8.25,500,0],["Labour","2.00",10000,9.975,20000,1]]""",
            new JsonArray([.. estimate["line_items"]!.AsArray().Select(l => new JsonArray(
                [.. new[] { "description", "quantity", "unit_price_cents", "tax_rate", "total_cents", "sort_order" }.Select(f => l![f]!.DeepClone())]))]).ToJsonString());
        Assert.Equal("""[{"rate":8.25,"base_cents":500,"tax_cents":41},{"rate":9.975,"base_cents":20000,"tax_cents":1995}]""", estimate["taxes"]!.ToJsonString());
        Assert.Equal((20500, 2036, 22536), ((long)estimate["subtotal_cents"]!, (long)estimate["tax_cents"]!, (long)estimate["total_cents"]!));
        Assert.Equal(("draft", "Thank you", "haggles", "2027-01-01T05:00:00.000Z", "Ada Lovelace", "New boiler"), (
            (string?)estimate["status"], (string?)estimate["notes"], (string?)estimate["internal_notes"], (string?)estimate["expires_at"], (string?)estimate["client_name"],
            (string?)estimate["job_title"]));
        Assert.Equal("insert", await desk.App.ValueAsync("select action from audit_log where entity_type = 'estimate' and entity_id = $1", Desk.Id(id)));
        Assert.Equal(estimate.ToJsonString(), (await answer.DataAsync(HttpStatusCode.Created)).ToJsonString());
    }

    [Fact]
    public async Task A_flat_rate_is_the_whole_of_it_until_lines_take_its_place()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 250_00, tax_rate = 10, line_items = TwoLines });

        var flat = await desk.GetAsync(Desk.Estimates, id);
        Assert.Empty(flat["line_items"]!.AsArray());
        Assert.Equal((250_00, 275_00), ((long)flat["flat_rate_cents"]!, (long)flat["total_cents"]!));

        var itemised = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { line_items = TwoLines })).DataAsync();
        Assert.Null(itemised["flat_rate_cents"]);
        Assert.Equal(2, itemised["line_items"]!.AsArray().Count);

        var again = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { flat_rate_cents = 1_00 })).DataAsync();
        Assert.Equal(1_10, (long)again["total_cents"]!);
        Assert.Empty(again["line_items"]!.AsArray());
    }

    [Fact]
    public async Task New_lines_keep_the_tax_rate_and_a_new_rate_keeps_the_lines()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper(100_00, 8.25m));

        var lines = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { line_items = TwoLines })).DataAsync();
        Assert.Equal((8.25m, 2036), ((decimal)lines["tax_rate"]!, (long)lines["tax_cents"]!));

        // the first line follows the document, the second has a rate of its own
        var rate = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { tax_rate = 20 })).DataAsync();
        Assert.Equal([20m, 9.975m], rate["line_items"]!.AsArray().Select(l => (decimal)l!["tax_rate"]!));
        Assert.Equal(100 + 1995, (long)rate["tax_cents"]!);

        var notes = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { notes = "Later" })).DataAsync();
        Assert.Equal((2095, 2), ((long)notes["tax_cents"]!, notes["line_items"]!.AsArray().Count));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from audit_log where entity_id = $1 and old_value ->> 'notes' is null and new_value ->> 'notes' = 'Later'", Desk.Id(id)));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_on_a_new_one_and_on_a_draft()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        var before = (await desk.GetAsync(Desk.Estimates, id)).ToJsonString();

        foreach (var fault in Faults)
        {
            var paper = new JsonObject { ["client_id"] = desk.It.Client.ToString() };
            foreach (var (name, value) in JsonNode.Parse(fault)!.AsObject()) paper[name] = value?.DeepClone();

            await Desk.InvalidAsync(await desk.Owner.PostAsync(Desk.Estimates, paper), fault);
            await Desk.InvalidAsync(await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", paper), fault);
        }

        Assert.Equal(before, (await desk.GetAsync(Desk.Estimates, id)).ToJsonString());
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from estimates"));
    }

    [Fact]
    public async Task Two_who_change_it_at_once_both_have_their_way()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", (i % 4) switch
        {
            0 => new { notes = "theirs" },
            1 => new { internal_notes = "ours" },
            2 => new { tax_rate = 10 },
            _ => (object)new { line_items = new[] { new { description = "Other", quantity = 2, unit_price_cents = 50 } } },
        })));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        var estimate = await desk.GetAsync(Desk.Estimates, id);
        Assert.Equal(("theirs", "ours", 110), ((string?)estimate["notes"], (string?)estimate["internal_notes"], (long)estimate["total_cents"]!));
    }

    [Fact]
    public async Task More_than_200_lines_are_refused_and_200_are_not()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        object Lines(int count) => new { client_id = desk.It.Client, line_items = Enumerable.Range(0, count).Select(i => new { description = $"Line {i}", quantity = 1, unit_price_cents = 1 }) };

        await (await desk.Owner.PostAsync(Desk.Estimates, Lines(201))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        var estimate = await desk.GetAsync(Desk.Estimates, await desk.DraftAsync(Desk.Estimates, Lines(200)));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"Line {i}"), estimate["line_items"]!.AsArray().Select(l => (string)l!["description"]!));
    }

    [Fact]
    public async Task What_it_is_for_belongs_together()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var other = await Desk.ForAsync(desk.App, desk.App.Company, "Grace Hopper");
        var foreign = await Desk.ForAsync(desk.App, await desk.App.CompanyAsync("south"));
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());

        foreach (var (paper, status, code) in new (object Paper, HttpStatusCode Status, string Code)[]
                 {
                     (new { client_id = Guid.NewGuid() }, HttpStatusCode.NotFound, "NOT_FOUND"),
                     (new { client_id = foreign.Client }, HttpStatusCode.NotFound, "NOT_FOUND"),
                     (new { client_id = desk.It.Client, job_id = Guid.NewGuid() }, HttpStatusCode.NotFound, "NOT_FOUND"),
                     (new { client_id = desk.It.Client, job_id = foreign.Job }, HttpStatusCode.NotFound, "NOT_FOUND"),
                     (new { client_id = desk.It.Client, property_id = foreign.Property }, HttpStatusCode.NotFound, "NOT_FOUND"),
                     (new { client_id = desk.It.Client, job_id = other.Job }, HttpStatusCode.BadRequest, "VALIDATION_ERROR"),
                     (new { client_id = desk.It.Client, property_id = other.Property }, HttpStatusCode.BadRequest, "VALIDATION_ERROR"),
                 })
        {
            foreach (var where in new[] { Desk.Estimates, Desk.Invoices })
            {
                await (await desk.Owner.PostAsync(where, paper)).RefusedAsync(status, code);
            }

            await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", paper)).RefusedAsync(status, code);
        }

        var moved = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { client_id = other.Client, job_id = other.Job })).DataAsync();
        Assert.Equal("Grace Hopper", (string?)moved["client_name"]);
    }

    [Theory]
    [InlineData("clients")]
    [InlineData("properties")]
    [InlineData("jobs")]
    public async Task What_is_deleted_at_the_same_moment_is_not_there(string table)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var alone = Guid.CreateVersion7();
        if (table == "clients") await desk.App.SqlAsync("insert into clients (account_id, id, name) values ($1, $2, 'Alone')", desk.App.Company.Account, alone);
        if (table == "properties") await desk.App.SqlAsync("delete from jobs");
        object paper = table switch
        {
            "clients" => new { client_id = alone },
            "properties" => new { client_id = desk.It.Client, property_id = desk.It.Property },
            _ => new { client_id = desk.It.Client, job_id = desk.It.Job },
        };
        var gone = table switch { "clients" => alone, "properties" => desk.It.Property, _ => desk.It.Job };

        await using var other = await desk.App.Database.Superuser.OpenConnectionAsync(FieldServiceUnderTest.Stop);
        await using var deleting = await other.BeginTransactionAsync(FieldServiceUnderTest.Stop);
        await using (var delete = new Npgsql.NpgsqlCommand($"delete from {table} where id = '{gone}'", other)) await delete.ExecuteNonQueryAsync(FieldServiceUnderTest.Stop);
        var estimate = desk.Owner.PostAsync(Desk.Estimates, paper);
        var invoice = desk.Owner.PostAsync(Desk.Invoices, paper);
        await desk.WaitingAsync(2);
        await deleting.CommitAsync(FieldServiceUnderTest.Stop);

        await (await estimate).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await invoice).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task The_same_key_drafts_it_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.Owner.PostAsync(Desk.Estimates, desk.Paper(), "draft-1")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)))).Distinct());
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from estimates"));
    }

    [Fact]
    public async Task The_list_is_filtered_searched_and_sorted_by_what_it_offers_and_nothing_else()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var other = await Desk.ForAsync(desk.App, desk.App.Company, "Under_score 100%");
        var cheap = await desk.DraftAsync(Desk.Estimates, desk.Paper(1_00, job: desk.It.Job));
        var dear = await desk.DraftAsync(Desk.Estimates, new { client_id = other.Client, notes = "Attic", flat_rate_cents = 9_00 });
        await desk.MovedAsync(Desk.Estimates, dear, "sent");
        await (await (await desk.App.SignedInAsync((await desk.App.CompanyAsync("south")).Owner)).ReadAsync(Desk.Estimates)).DataAsync();

        async Task Finds(string query, params string[] ids) =>
            Assert.Equal(ids, (await (await desk.Owner.ReadAsync($"{Desk.Estimates}?{query}")).DataAsync()).AsArray().Select(row => (string)row!["id"]!));

        await Finds("", dear, cheap);
        await Finds("status=sent", dear);
        await Finds("status=approved");
        await Finds($"client_id={desk.It.Client}", cheap);
        await Finds($"job_id={desk.It.Job}", cheap);
        await Finds("q=attic", dear);
        await Finds("q=r_s", dear);
        await Finds("q=%25", dear);
        await Finds("q=lovelace", cheap);
        await Finds("sort=total_cents&order=asc", cheap, dear);
        await Finds("sort=total_cents&order=desc", dear, cheap);
        await Finds("sort=client_name", cheap, dear);
        await Finds("limit=1&page=2", cheap);

        var page = await (await desk.Owner.ReadAsync($"{Desk.Estimates}?limit=1")).JsonAsync();
        Assert.Equal("""{"page":1,"limit":1,"total":2}""", page["pagination"]!.ToJsonString());
        Assert.Equal("Under_score 100%", (string?)page["data"]![0]!["client_name"]);

        foreach (var query in new[] { "status=open", "sort=name", "order=up", "client_id=x", "job_id=x", "limit=0", "limit=101", "limit=x", "page=0" })
        {
            await Desk.InvalidAsync(await desk.Owner.ReadAsync($"{Desk.Estimates}?{query}"), query);
        }
    }
}
