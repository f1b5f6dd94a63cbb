using System.Net;
using System.Text.Json.Nodes;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Estimates;

/// <summary>What the client agrees to: the words they read, with the options they chose.</summary>
public sealed class ApprovingAnEstimate(PostgresServer postgres)
{
    private static readonly object Boiler = new { description = "Boiler", quantity = 1, unit_price = "1000.00" };
    private static readonly object Filter = new { description = "Filter", quantity = 2, unit_price = "99.9950", optional = true, chosen = false, tax_rate = 7 };
    private static readonly object Warranty = new { description = "Warranty", quantity = 1, unit_price = "150", optional = true };

    [Fact]
    public async Task It_is_bound_to_what_was_read_and_keeps_who_said_so()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk);
        var hash = (string)(await desk.GetAsync(Desk.Estimates, id))["content_hash"]!;

        await (await MoveAsync(desk, id, new { status = "approved", content_hash = new string('0', 64) })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await (await MoveAsync(desk, id, new { status = "approved", revision = 2 })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        await Desk.InvalidAsync(await MoveAsync(desk, id, new { status = "approved", content_hash = "x" }), "no fingerprint");
        Assert.Equal("sent", await desk.StatusAsync(Desk.Estimates, id));

        Assert.Equal(HttpStatusCode.OK, (await MoveAsync(desk, id, new { status = "approved", content_hash = hash.ToUpperInvariant(), revision = 1, signed_name = " Ada Lovelace " })).StatusCode);

        var decision = (await desk.GetAsync(Desk.Estimates, id))["decision"]!;
        Assert.Equal(("approved", hash, "Ada Lovelace", desk.App.Company.Owner.Id.ToString(), "127.0.0.1", "2026-11-21T15:00:00.000Z", 1), (
            (string?)decision["decision"], (string?)decision["content_hash"], (string?)decision["signed_name"], (string?)decision["decided_by"], (string?)decision["from_address"],
            (string?)decision["decided_at"], (int)decision["revision"]!));
    }

    [Fact]
    public async Task The_fingerprint_changes_exactly_when_something_the_client_sees_does()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk);
        var seen = new HashSet<string> { await HashAsync(desk, id) };

        await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { internal_notes = "haggles" })).DataAsync();
        Assert.Contains(await HashAsync(desk, id), seen);

        // Each is the same estimate but for one thing; the number and the revision are the same for all of them, and only what is on the paper differs.
        foreach (var change in new object[]
                 {
                     new { notes = "Thank you" }, new { expires_on = "2027-02-01" }, new { property_id = desk.It.Property }, new { job_id = desk.It.Job }, new { tax_rate = 1 }, new { discount_cents = 1 },
                     new { discount_percent = 50 }, new { deposit_cents = 1 }, new { deposit_percent = 10 }, new { prices_include_tax = true }, new { flat_rate_cents = 5 },
                     new { line_items = new[] { Boiler, Filter } }, new { line_items = new[] { Filter, Boiler, Warranty } }, new { line_items = new[] { Boiler, Boiler, Warranty } },
                     new { line_items = new[] { new { description = "boiler", quantity = 1, unit_price = "1000.00" }, Filter, Warranty } },
                     new { line_items = new[] { new { description = "Boiler", quantity = 2, unit_price = "1000.00" }, Filter, Warranty } },
                     new { line_items = new[] { new { description = "Boiler", quantity = 1, unit_price = "1000.0001" }, Filter, Warranty } },
                     new { line_items = new[] { new { description = "Boiler", quantity = 1, unit_price = "1000.00", unit = "pcs" }, Filter, Warranty } },
                     new { line_items = new[] { new { description = "Boiler", quantity = 1, unit_price = "1000.00", discount_percent = 1 }, Filter, Warranty } },
                     new { line_items = new[] { new { description = "Boiler", quantity = 1, unit_price = "1000.00", optional = true }, Filter, Warranty } },
                     new { line_items = new[] { Boiler, Filter, new { description = "Warranty", quantity = 1, unit_price = "150", optional = true, chosen = false } } },
                 })
        {
            Assert.True(seen.Add(await HashOfAsync(desk, change)), JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(change))!.ToJsonString());
        }

        Assert.Equal(await HashOfAsync(desk, new { internal_notes = "other" }), await HashOfAsync(desk, new { internal_notes = "again" }));
    }

    [Fact]
    public async Task The_client_chooses_among_the_options_and_everything_follows()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk, new { tax_rate = 10, discount_percent = 10, deposit_percent = 50 });
        var offer = await desk.GetAsync(Desk.Estimates, id);
        // 1000 and 150 less a tenth are 1035; with 10 % 1138.50.
        Assert.Equal((1035_00, 103_50, 1138_50, 569_25), Sums(offer));
        var (boiler, filter, warranty) = (Line(offer, 0), Line(offer, 1), Line(offer, 2));

        foreach (var wrong in new[] { new[] { boiler }, [filter, filter], [Guid.NewGuid().ToString()] })
        {
            await Desk.InvalidAsync(await MoveAsync(desk, id, new { status = "approved", chosen_line_item_ids = wrong }), string.Join(' ', wrong));
        }

        await Desk.InvalidAsync(await MoveAsync(desk, id, new { status = "declined", chosen_line_item_ids = new[] { filter } }), "nothing is chosen by declining");
        Assert.Equal(HttpStatusCode.OK, (await MoveAsync(desk, id, new { status = "approved", content_hash = (string?)offer["content_hash"], chosen_line_item_ids = new[] { filter } })).StatusCode);

        // 1000 at 10 % and 199.99 at 7 % less a tenth of them (120.00, of which 100.00 and 20.00): 900.00 + 90.00 and 179.99 + 12.60.
        var approved = await desk.GetAsync(Desk.Estimates, id);
        Assert.Equal((1079_99, 102_60, 1182_59, 591_30), Sums(approved));
        Assert.Equal([true, true, false], approved["line_items"]!.AsArray().Select(l => (bool)l!["chosen"]!));
        Assert.Equal((string?)offer["content_hash"], (string?)approved["content_hash"]);
        Assert.Equal(1182_59, (long)approved["decision"]!["total_cents"]!);

        var invoice = await desk.GetAsync(Desk.Invoices, (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{id}/convert", new { })).JsonAsync())["invoice_id"]!);
        Assert.Equal((1079_99, 102_60, 1182_59), ((long)invoice["subtotal_cents"]!, (long)invoice["tax_cents"]!, (long)invoice["total_cents"]!));
        Assert.Equal(["Boiler", "Filter"], invoice["line_items"]!.AsArray().Select(l => (string)l!["description"]!));
        Assert.Equal(approved["taxes"]!.ToJsonString(), invoice["taxes"]!.ToJsonString());
        await desk.MovedAsync(Desk.Invoices, (string)invoice["id"]!, "sent");
        Assert.DoesNotContain(warranty, invoice.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_taxed_as_they_were_sent_whatever_became_of_the_tax()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var rate = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-rates", new { name = "City", rate = 4 })).DataAsync(HttpStatusCode.Created))["id"]!;
        var group = (string)(await (await desk.Owner.PostAsync("/api/v1/tax-groups", new { name = "City tax", tax_rate_ids = new[] { rate } })).DataAsync(HttpStatusCode.Created))["id"]!;
        var id = await SentAsync(desk, new { line_items = new[] { Boiler, new { description = "Extra", quantity = 1, unit_price = "100", optional = true, chosen = false, tax_group_id = group } } });
        await (await desk.Owner.PatchAsync($"/api/v1/tax-rates/{rate}", new { name = "Town", rate = 50 })).DataAsync();
        await (await desk.Owner.PatchAsync($"/api/v1/tax-groups/{group}", new { name = "Town tax" })).DataAsync();

        var offer = await desk.GetAsync(Desk.Estimates, id);
        await (await MoveAsync(desk, id, new { status = "approved", chosen_line_item_ids = new[] { Line(offer, 1) } })).DataAsync();

        Assert.Equal("""{"rate":4,"base_cents":10000,"tax_cents":400,"name":"City tax","components":[{"name":"City","rate":4,"tax_cents":400}]}""",
            (await desk.GetAsync(Desk.Estimates, id))["taxes"]!.AsArray().Single(t => (decimal)t!["rate"]! == 4m)!.ToJsonString());
    }

    [Fact]
    public async Task What_was_written_past_the_service_is_noticed()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk);
        await desk.App.SqlAsync("alter table estimates disable trigger user");
        await desk.App.SqlAsync("update estimates set notes = 'And your house' where id = $1", Desk.Id(id));
        await desk.App.SqlAsync("alter table estimates enable trigger user");

        await (await desk.MoveAsync(Desk.Estimates, id, "approved")).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Ten_at_once_decide_it_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk);
        var filter = Line(await desk.GetAsync(Desk.Estimates, id), 1);

        var answers = await desk.App.AtOnceAsync("estimates", Desk.Id(id), [.. Enumerable.Range(0, 10).Select(i => (Func<Task<HttpResponseMessage>>)(() => MoveAsync(desk, id, (i % 3) switch
        {
            0 => new { status = "declined" },
            1 => (object)new { status = "approved" },
            _ => new { status = "approved", chosen_line_item_ids = new[] { filter } },
        })))]);

        var status = await desk.StatusAsync(Desk.Estimates, id);
        Assert.Contains(status, (string[])["approved", "declined"]);
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.BadRequest, a.StatusCode.ToString()));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from estimate_decisions"));
        Assert.Equal($"sent>{status}", (await desk.App.HistoryAsync(Desk.Id(id))).Split(", ")[1]);
        Assert.True((bool)(await desk.App.ValueAsync("select document_adds_up(to_jsonb(e), 'estimates') from estimates e where id = $1", Desk.Id(id)))!);
    }

    [Theory]
    [InlineData("update estimate_line_items set chosen = false where optional and estimate_id = $1")]
    [InlineData("update estimates set total_cents = total_cents + 1, tax_cents = tax_cents + 1 where id = $1")]
    [InlineData("update estimates set status = 'approved', decided_at = now(), total_cents = total_cents + 1, tax_cents = tax_cents + 1 where id = $1")]
    [InlineData("update estimates set status = 'approved', decided_at = now(), notes = 'x' where id = $1")]
    [InlineData("with a as (update estimates set status = 'approved', decided_at = now() where id = $1) select 1; update estimate_line_items set chosen = not chosen where optional")]
    public async Task The_database_itself_keeps_what_was_sent(string sql)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await SentAsync(desk);

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => desk.App.SqlAsync(sql.Replace("$1", $"'{id}'", StringComparison.Ordinal)));

        Assert.Contains(refused.ConstraintName, (string[])["issued_documents_stay", "lines_of_issued_documents_stay", "issued_documents_add_up"]);
    }

    internal static async Task<string> SentAsync(Desk desk, object? more = null)
    {
        var id = await desk.DraftAsync(Desk.Estimates, Paper(desk, more));
        await desk.MovedAsync(Desk.Estimates, id, "sent");
        return id;
    }

    private static JsonObject Paper(Desk desk, object? more)
    {
        var paper = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(new { client_id = desk.It.Client, line_items = new[] { Boiler, Filter, Warranty } }))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more ?? new { }))!.AsObject()) paper[name] = value?.DeepClone();
        return paper;
    }

    /// <summary>The fingerprint of an estimate of this content, as if it were the first that was ever sent.</summary>
    private static async Task<string> HashOfAsync(Desk desk, object more)
    {
        await desk.App.SqlAsync("alter table estimates disable trigger user");
        await desk.App.SqlAsync("delete from estimates");
        await desk.App.SqlAsync("alter table estimates enable trigger user");
        await desk.App.SqlAsync("delete from number_series where series = 'estimate'");
        return await HashAsync(desk, await SentAsync(desk, more));
    }

    private static async Task<string> HashAsync(Desk desk, string id) => (string)(await desk.GetAsync(Desk.Estimates, id))["content_hash"]!;

    private static Task<HttpResponseMessage> MoveAsync(Desk desk, string id, object body) => desk.Owner.PostAsync($"{Desk.Estimates}/{id}/transition", body);

    private static string Line(JsonNode estimate, int place) => (string)estimate["line_items"]![place]!["id"]!;

    private static (long, long, long, long) Sums(JsonNode estimate) =>
        ((long)estimate["subtotal_cents"]!, (long)estimate["tax_cents"]!, (long)estimate["total_cents"]!, (long)estimate["deposit_cents"]!);
}
