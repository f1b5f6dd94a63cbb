using System.Net.Http.Json;
using System.Text.Json;
using Outpost.Operator.Mcp;
using Outpost.Platform.Configuration;
using Outpost.Testing;

namespace Outpost.Operator.Tests.Mcp;

public sealed class WorkingThroughAnAssistant(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_from_the_first_call_to_the_money_in_the_bank()
    {
        await using var assistant = await AnAssistant.StartAsync(postgres, "account:read", "users:read", "clients:read", "clients:write", "jobs:read", "jobs:write", "money:read", "money:write");
        var me = await assistant.DataAsync("who_am_i");
        Assert.Equal("North", (string?)me["account_name"]);

        var client = await assistant.DataAsync("create_client", new { name = "Ada Byron", phone = "555-0100", notes = "Dog" });
        await assistant.DataAsync("note_on_client", new { clientId = client["id"], notes = "Dog. Ring twice." });
        Assert.Equal("Dog. Ring twice.", (string?)(await assistant.DataAsync("get_client", new { clientId = client["id"] }))["notes"]);
        Assert.Single((await assistant.DataAsync("search_clients", new { query = "byron" })).AsArray());
        var property = await assistant.DataAsync("create_property", new { clientId = client["id"], address = "12 Elm St", city = "Omaha" });
        Assert.Equal((string?)property["id"], (string?)(await assistant.DataAsync("list_properties", new { clientId = client["id"] }))[0]!["id"]);

        var job = await assistant.DataAsync("create_job", new { clientId = client["id"], propertyId = property["id"], title = "Fix the roof", priority = 3 });
        var person = (await assistant.DataAsync("list_people"))[0]!["id"];
        var booking = new { jobId = job["id"], start = "2030-03-04T09:00:00-06:00", end = "2030-03-04T11:00:00-06:00", assignedUserId = person, idempotencyKey = "booking-1" };
        var visit = await assistant.DataAsync("book_visit", booking);
        Assert.Equal((string?)visit["id"], (string?)(await assistant.DataAsync("book_visit", booking))["id"]);
        await assistant.DataAsync("reschedule_visit", new { visitId = visit["id"], start = "2030-03-05T09:00:00-06:00", end = "2030-03-05T11:00:00-06:00" });
        await assistant.DataAsync("note_on_visit", new { visitId = visit["id"], notes = "Bring the long ladder" });
        var seen = Assert.Single((await assistant.DataAsync("list_visits", new { from = "2030-03-05T00:00:00-06:00", to = "2030-03-06T00:00:00-06:00", status = "scheduled" })).AsArray());
        Assert.Equal("2030-03-05T15:00:00.000Z", (string?)seen!["scheduled_start"]);
        Assert.Equal("Bring the long ladder", (string?)(await assistant.DataAsync("get_visit", new { visitId = visit["id"] }))["tech_notes"]);
        Assert.Single((await assistant.DataAsync("list_jobs", new { clientId = client["id"] })).AsArray());
        await assistant.DataAsync("move_job", new { jobId = job["id"], status = "scheduled" });
        await assistant.DataAsync("move_job", new { jobId = job["id"], status = "in_progress" });
        Assert.Equal("Fix the roof", (string?)(await assistant.DataAsync("list_jobs", new { status = "in_progress" }))[0]!["title"]);

        var lines = new[] { new { description = "Shingles", quantity = 2.5, unitPriceCents = 4_000, taxRate = (double?)null }, new { description = "Labour", quantity = 1.0, unitPriceCents = 5_000, taxRate = (double?)0 } };
        var estimate = await assistant.DataAsync("draft_estimate", new { clientId = client["id"], jobId = job["id"], lines, taxRate = 8.25, expiresAt = "2030-04-01T00:00:00Z" });
        Assert.Equal(15_825, (long)(await assistant.DataAsync("get_estimate", new { estimateId = estimate["id"] }))["total_cents"]!);
        var invoice = await assistant.DataAsync("draft_invoice", new { clientId = client["id"], jobId = job["id"], lines, taxRate = 8.25, dueDate = "2030-04-01" });
        Assert.Single((await assistant.DataAsync("list_invoices", new { status = "draft" })).AsArray());
        Assert.Single((await assistant.DataAsync("list_estimates", new { status = "draft" })).AsArray());

        // A person issues it.
        await assistant.Owner.PostAsJsonAsync($"/api/v1/invoices/{invoice["id"]}/transition", new { status = "sent" }, Stop);
        var payment = new { invoiceId = invoice["id"], amountCents = 15_825, method = "transfer", idempotencyKey = "payment-1" };
        await assistant.DataAsync("record_payment", payment);
        await assistant.DataAsync("record_payment", payment);
        Assert.Single((await assistant.DataAsync("list_payments", new { invoiceId = invoice["id"] })).AsArray());
        Assert.Equal("paid", (string?)(await assistant.DataAsync("get_invoice", new { invoiceId = invoice["id"] }))["status"]);
    }

    [Fact]
    public async Task Is_told_what_each_tool_is_for_and_whether_it_changes_anything()
    {
        await using var assistant = await AnAssistant.StartAsync(postgres, "account:read");

        var tools = await assistant.Mcp.ListToolsAsync(cancellationToken: Stop);

        Assert.True(tools.Count >= 25);
        Assert.All(tools, tool =>
        {
            var about = tool.ProtocolTool;
            Assert.Matches("^[a-z_]+$", about.Name);
            Assert.False(string.IsNullOrWhiteSpace(about.Description), about.Name);
            Assert.False(string.IsNullOrWhiteSpace(about.Title), about.Name);
            Assert.Equal(System.Text.RegularExpressions.Regex.IsMatch(about.Name, "^(who|list|get|search)_"), about.Annotations!.ReadOnlyHint);
            Assert.True(about.Annotations.ReadOnlyHint == true || about.Annotations.DestructiveHint is not null, about.Name);
            Assert.False(about.Annotations.OpenWorldHint);
        });
        var payment = tools.Single(tool => tool.Name == "record_payment").ProtocolTool.InputSchema;
        Assert.Equal(["invoiceId", "amountCents", "method", "idempotencyKey"], payment.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(["cash", "check", "card", "transfer", "other"], payment.GetProperty("properties").GetProperty("method").GetProperty("enum").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal("integer", payment.GetProperty("properties").GetProperty("amountCents").GetProperty("type").GetString());
        Assert.Contains("tools for", assistant.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_refused_in_words_that_say_what_to_do()
    {
        await using var assistant = await AnAssistant.StartAsync(postgres, "clients:read", "clients:write", "jobs:write");

        foreach (var (tool, arguments, words) in new (string, object, string[])[]
        {
            ("list_invoices", new { }, ["FORBIDDEN", "money:read", "Fix:"]),
            ("get_client", new { clientId = Guid.NewGuid() }, ["NOT_FOUND", "There is no such client", "Fix:"]),
            ("create_client", new { name = new string('x', 300) }, ["VALIDATION_ERROR", "name", "Fix:"]),
            ("create_client", new { name = "Ada", email = "nobody" }, ["VALIDATION_ERROR", "- email:", "Fix:"]),
            ("book_visit", new { jobId = Guid.NewGuid(), start = "2030-03-04T09:00:00Z", end = "2030-03-04T08:00:00Z", idempotencyKey = "x" }, ["Fix:"]),
            ("search_clients", new { limit = 500 }, ["VALIDATION_ERROR", "Fix:"]),
        })
        {
            var (text, isError) = await assistant.CallAsync(tool, arguments);
            Assert.True(isError, $"{tool}: {text}");
            Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
        }

        // What does not fit the schema never reaches the service.
        Assert.True((await assistant.CallAsync("get_client", new { clientId = "../users" })).IsError);
        Assert.True((await assistant.CallAsync("move_job", new { jobId = Guid.NewGuid(), status = "eaten" })).IsError);
    }

    [Fact]
    public async Task Reads_no_more_than_it_can_take()
    {
        await using var assistant = await AnAssistant.StartAsync(postgres, "clients:read", "clients:write");
        for (var i = 0; i < 100; i++) await assistant.Owner.PostAsJsonAsync("/api/v1/clients", new { name = $"Client {i} {new string('x', 200)}", company_name = new string('y', 250), city = new string('z', 90) }, Stop);

        var (text, isError) = await assistant.CallAsync("search_clients", new { limit = 100 });
        Assert.True(isError);
        Assert.Contains("ask for less", text, StringComparison.Ordinal);

        Assert.Equal(20, (await assistant.DataAsync("search_clients")).AsArray().Count);
    }

    [Fact]
    public async Task Takes_its_key_from_a_file_and_loses_its_rights_with_it()
    {
        await using var assistant = await AnAssistant.StartAsync(postgres, "account:read");
        var file = Path.Combine(Path.GetTempPath(), $"outpost-key-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, await assistant.KeyAsync("clients:read") + "\n", Stop);
        try
        {
            await using var other = await assistant.ConnectAsync(("FSM_API_KEY_FILE", file));
            Assert.NotEqual(true, (await other.CallToolAsync("search_clients", new Dictionary<string, object?>(), cancellationToken: Stop)).IsError);
            Assert.Equal(true, (await other.CallToolAsync("who_am_i", new Dictionary<string, object?>(), cancellationToken: Stop)).IsError);

            var keys = await assistant.Owner.GetFromJsonAsync<JsonElement>("/api/v1/api-keys?limit=1", Stop);
            await assistant.Owner.PostAsJsonAsync($"/api/v1/api-keys/{keys.GetProperty("data")[0].GetProperty("id")}/revocation", new { }, Stop);
            Assert.Equal(true, (await other.CallToolAsync("search_clients", new Dictionary<string, object?>(), cancellationToken: Stop)).IsError);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("FSM_API_KEY")]
    [InlineData("FSM_API_KEY", "FSM_API_KEY", "secret")]
    [InlineData("FSM_API_KEY", "FSM_API_KEY", "fsm_a b")]
    [InlineData("FSM_API_KEY_FILE", "FSM_API_KEY_FILE", "/nowhere/at/all")]
    [InlineData("FSM_URL", "FSM_API_KEY", "fsm_x", "FSM_URL", "ftp://fsm.example.com")]
    [InlineData("FSM_URL", "FSM_API_KEY", "fsm_x", "FSM_URL", "https://user:word@fsm.example.com")]
    public void Says_which_setting_is_missing_or_wrong(string key, params string[] settings)
    {
        var all = settings.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal(key, Assert.Single(Assert.Throws<SettingsException>(() => FieldServiceAddress.Of(new(all))).Problems).Key);
    }
}
