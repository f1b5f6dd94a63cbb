using System.Net;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Estimates;

/// <summary>What went out stands; whoever wants it otherwise makes a revision, or lets it expire.</summary>
public sealed class RevisingAnEstimate(PostgresServer postgres)
{
    [Theory]
    [InlineData("sent")]
    [InlineData("approved")]
    [InlineData("declined")]
    public async Task A_revision_takes_the_place_of_what_was_sent_under_its_number(string status)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, notes = "Old", tax_rate = 5, line_items = new[] { new { description = "Boiler", quantity = 1, unit_price_cents = 100_00 } } });
        await desk.MovedAsync(Desk.Estimates, first, "sent");
        if (status != "sent") await desk.MovedAsync(Desk.Estimates, first, status);
        var before = await desk.GetAsync(Desk.Estimates, first);

        var draft = await (await ReviseAsync(desk, first, new { notes = "New", discount_percent = 10 })).DataAsync(HttpStatusCode.Created);

        Assert.Equal(("EST-0001", 2, "draft", "New", 94_50), ((string?)draft["estimate_number"], (int)draft["revision"]!, (string?)draft["status"], (string?)draft["notes"], (long)draft["total_cents"]!));
        var old = await desk.GetAsync(Desk.Estimates, first);
        Assert.Equal(("superseded", "Old", 105_00, (string?)before["content_hash"]), ((string?)old["status"], (string?)old["notes"], (long)old["total_cents"]!, (string?)old["content_hash"]));
        Assert.Equal("Boiler", (string?)old["line_items"]![0]!["description"]);

        await (await desk.MoveAsync(Desk.Estimates, first, "approved")).RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
        await (await desk.Owner.PostAsync($"{Desk.Estimates}/{first}/convert", new { })).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        var second = (string)draft["id"]!;
        await desk.MovedAsync(Desk.Estimates, second, "sent");
        await desk.MovedAsync(Desk.Estimates, second, "approved");
        Assert.Equal(HttpStatusCode.Created, (await desk.Owner.PostAsync($"{Desk.Estimates}/{second}/convert", new { })).StatusCode);

        foreach (var any in new[] { first, second })
        {
            var family = (await (await desk.Owner.ReadAsync($"{Desk.Estimates}/{any}/revisions")).DataAsync()).AsArray();
            Assert.Equal([(second, 2, "approved"), (first, 1, "superseded")], family.Select(r => ((string)r!["id"]!, (int)r["revision"]!, (string)r["status"]!)));
        }
    }

    [Fact]
    public async Task There_is_nothing_to_revise_on_a_draft_on_what_has_a_newer_one_and_on_what_is_invoiced()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        await (await ReviseAsync(desk, draft)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        await desk.MovedAsync(Desk.Estimates, draft, "sent");
        var second = (string)(await (await ReviseAsync(desk, draft)).DataAsync(HttpStatusCode.Created))["id"]!;
        await (await ReviseAsync(desk, draft)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        await desk.MovedAsync(Desk.Estimates, second, "sent");
        await desk.MovedAsync(Desk.Estimates, second, "approved");
        var invoice = (string)(await (await desk.Owner.PostAsync($"{Desk.Estimates}/{second}/convert", new { })).JsonAsync())["invoice_id"]!;
        await (await ReviseAsync(desk, second)).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");

        await desk.MovedAsync(Desk.Invoices, invoice, "void");
        await (await ReviseAsync(desk, second)).DataAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_revision_that_was_thrown_away_can_be_made_again()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var first = await ApprovingAnEstimate.SentAsync(desk);
        var second = (string)(await (await ReviseAsync(desk, first)).DataAsync(HttpStatusCode.Created))["id"]!;
        Assert.Equal(HttpStatusCode.OK, (await desk.Owner.DeleteAsync($"{Desk.Estimates}/{second}", FieldServiceUnderTest.Stop)).StatusCode);

        var again = await (await ReviseAsync(desk, first)).DataAsync(HttpStatusCode.Created);

        Assert.Equal(("EST-0001", 2), ((string?)again["estimate_number"], (int)again["revision"]!));
    }

    [Fact]
    public async Task Ten_who_revise_approve_decline_and_convert_at_once_leave_one_that_stands()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.ApprovedEstimateAsync();

        var answers = await desk.App.AtOnceAsync("estimates", Desk.Id(id), [.. Enumerable.Range(0, 10).Select(i => (Func<Task<HttpResponseMessage>>)(() => i % 2 == 0
            ? ReviseAsync(desk, id)
            : desk.Owner.PostAsync($"{Desk.Estimates}/{id}/convert", new { })))]);

        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Conflict, a.StatusCode.ToString()));
        var (revisions, invoices) = ((long)(await desk.App.ValueAsync("select count(*) from estimates"))!, (long)(await desk.App.ValueAsync("select count(*) from invoices"))!);
        Assert.True((revisions, invoices) is (2, 0) or (1, 1), $"{revisions} revisions and {invoices} invoices");
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from estimates where status <> 'superseded'"));
    }

    [Fact]
    public async Task The_same_key_revises_it_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await ApprovingAnEstimate.SentAsync(desk);

        var answers = new[] { await ReviseAsync(desk, id, null, "r"), await ReviseAsync(desk, id, null, "r") };

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Equal(2L, await desk.App.ValueAsync("select count(*) from estimates"));
        await (await ReviseAsync(desk, id, new { notes = "other" }, "r")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task Numbers_have_no_gaps_and_no_doubles_however_many_are_sent_at_once_or_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var drafts = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => desk.DraftAsync(Desk.Estimates, i % 3 == 0 ? new { client_id = desk.It.Client } : desk.Paper())));

        var answers = await Task.WhenAll(drafts.Concat(drafts).Select(id => desk.MoveAsync(Desk.Estimates, id, "sent")));

        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity, a.StatusCode.ToString()));
        Assert.Equal("EST-0001 EST-0002 EST-0003 EST-0004 EST-0005 EST-0006", await desk.App.ValueAsync("select string_agg(estimate_number, ' ' order by estimate_number) from estimates"));
    }

    [Fact]
    public async Task It_expires_when_its_day_is_over_where_the_company_is_once_and_after_any_pause()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var due = await SentUntilAsync(desk, "2026-11-21");
        var later = await SentUntilAsync(desk, "2026-11-22");
        var open = await ApprovingAnEstimate.SentAsync(desk);
        var draft = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 1, expires_on = "2026-11-21" });

        // 04:59 in London is 23:59 of the day before in New York
        SetClock(desk, new(2026, 11, 22, 4, 59, 0, TimeSpan.Zero));
        Assert.Equal(0, await ExpireAsync(desk));
        SetClock(desk, new(2026, 11, 22, 5, 0, 0, TimeSpan.Zero));
        Assert.Equal(1, (await Task.WhenAll(ExpireAsync(desk), ExpireAsync(desk))).Sum());
        Assert.Equal(("expired", "sent"), (await desk.StatusAsync(Desk.Estimates, due), await desk.StatusAsync(Desk.Estimates, later)));

        SetClock(desk, new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal((1, 0), (await ExpireAsync(desk), await ExpireAsync(desk)));

        Assert.Equal(("expired", "sent", "draft"), (await desk.StatusAsync(Desk.Estimates, later), await desk.StatusAsync(Desk.Estimates, open), await desk.StatusAsync(Desk.Estimates, draft)));
        Assert.Equal("sent>expired", (await desk.App.HistoryAsync(Desk.Id(due))).Split(", ")[^1]);
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from audit_log where entity_id = $1 and new_value ->> 'status' = 'expired' and actor_id is null", Desk.Id(due)));
        await (await desk.MoveAsync(Desk.Estimates, draft, "sent")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task An_instant_means_the_day_it_ends_and_the_day_ends_with_an_instant()
    {
        await using var desk = await Desk.OpenAsync(postgres);

        foreach (var (sent, day, until) in new (object Sent, string? Day, string? Until)[]
                 {
                     (new { client_id = desk.It.Client, expires_on = "2027-03-14" }, "2027-03-14", "2027-03-15T04:00:00.000Z"),
                     (new { client_id = desk.It.Client, expires_at = "2027-03-15T04:00:00Z" }, "2027-03-14", "2027-03-15T04:00:00.000Z"),
                     (new { client_id = desk.It.Client, expires_at = "2027-03-15T04:00:01Z" }, "2027-03-15", "2027-03-16T04:00:00.000Z"),
                     (new { client_id = desk.It.Client, expires_at = "2026-12-31T12:00:00-05:00", expires_on = "2026-12-31" }, "2026-12-31", "2027-01-01T05:00:00.000Z"),
                     (new { client_id = desk.It.Client }, null, null),
                 })
        {
            var id = await desk.DraftAsync(Desk.Estimates, sent);
            var estimate = await desk.GetAsync(Desk.Estimates, id);
            Assert.Equal((day, until), ((string?)estimate["expires_on"], (string?)estimate["expires_at"]));
            if (until is null) continue;

            var kept = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { expires_at = until })).DataAsync();
            Assert.Equal(day, (string?)kept["expires_on"]);
            Assert.Null((string?)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { expires_at = (string?)null })).DataAsync())["expires_on"]);
        }

        await Desk.InvalidAsync(await desk.Owner.PostAsync(Desk.Estimates, new { client_id = desk.It.Client, expires_at = "2026-12-31T12:00:00Z", expires_on = "2026-12-30" }), "two days");
    }

    [Fact]
    public async Task A_deposit_is_a_part_of_the_total_computed_once()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 333_33, deposit_percent = 33.3333 });

        Assert.Equal(111_11, (long)(await desk.GetAsync(Desk.Estimates, id))["deposit_cents"]!);
        Assert.Equal(5_00, (long)(await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { deposit_cents = 5_00 })).DataAsync())["deposit_cents"]!);
        await Desk.InvalidAsync(await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { flat_rate_cents = 4_99 }), "less than the deposit");
        await Desk.InvalidAsync(await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { deposit_percent = 10, deposit_cents = 1 }), "two deposits");
        Assert.Null((await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { deposit_cents = (long?)null })).DataAsync())["deposit_cents"]);
    }

    private static Task<HttpResponseMessage> ReviseAsync(Desk desk, string id, object? change = null, string? key = null) => desk.Owner.PostAsync($"{Desk.Estimates}/{id}/revisions", change ?? new { }, key);

    private static async Task<string> SentUntilAsync(Desk desk, string day)
    {
        var id = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 1, expires_on = day });
        await desk.MovedAsync(Desk.Estimates, id, "sent");
        return id;
    }

    private static void SetClock(Desk desk, DateTimeOffset now)
    {
        desk.App.Clock.Advance(now - desk.App.Clock.GetUtcNow());
    }

    private static Task<int> ExpireAsync(Desk desk)
    {
        var company = desk.App.Company;
        var caller = new CurrentUser(new(company.Account), new(company.Owner.Id), UserRole.Owner, company.Owner.Email, "Owner", company.Name, "America/New_York", "USD", default) { Actor = null };
        return ExpireEstimates.RunAsync(new AccountAtWork(desk.App.Database.AppSource, caller, desk.App.Clock), FieldServiceUnderTest.Stop);
    }
}
