using System.Net;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Tests.Documents;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Estimates;

public sealed class DecidingAnEstimate(PostgresServer postgres)
{
    [Fact]
    public async Task Every_move_by_hand_is_in_the_table_and_every_other_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var from in Enum.GetValues<EstimateStatus>())
        {
            foreach (var to in Enum.GetValues<EstimateStatus>())
            {
                var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());
                if (from is not EstimateStatus.Draft) await desk.MovedAsync(Desk.Estimates, id, "sent");
                if (from is EstimateStatus.Approved or EstimateStatus.Declined) await desk.MovedAsync(Desk.Estimates, id, Words<EstimateStatus>.Of(from));
                if (from is EstimateStatus.Superseded) await (await desk.Owner.PostAsync($"{Desk.Estimates}/{id}/revisions", new { })).DataAsync(HttpStatusCode.Created);
                if (from is EstimateStatus.Expired) await desk.App.SqlAsync("update estimates set status = 'expired', decided_at = now() where id = $1", Desk.Id(id));

                var answer = await desk.MoveAsync(Desk.Estimates, id, Words<EstimateStatus>.Of(to));

                if (from == to || (to is not (EstimateStatus.Expired or EstimateStatus.Superseded) && Estimate.Moves[from].Contains(to)))
                {
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    Assert.Equal(Words<EstimateStatus>.Of(to), (string?)(await answer.JsonAsync())["status"]);
                }
                else
                {
                    await answer.RefusedAsync(HttpStatusCode.Conflict, "INVALID_TRANSITION");
                    Assert.Equal(Words<EstimateStatus>.Of(from), await desk.StatusAsync(Desk.Estimates, id));
                }
            }
        }
    }

    [Fact]
    public async Task Sending_it_stamps_the_time_quotes_the_job_and_is_in_the_audit_log()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper(job: desk.It.Job));

        await desk.MovedAsync(Desk.Estimates, id, "sent");
        await desk.MovedAsync(Desk.Estimates, id, "sent");

        Assert.Equal("2026-11-21T15:00:00.000Z", (string?)(await desk.GetAsync(Desk.Estimates, id))["sent_at"]);
        Assert.Equal("quoted", await desk.App.ValueAsync("select status from jobs where id = $1", desk.It.Job));
        Assert.Equal(1L, await desk.App.ValueAsync(
            "select count(*) from audit_log where entity_id = $1 and old_value ->> 'status' = 'draft' and new_value ->> 'status' = 'sent' and actor_id = $2", Desk.Id(id), desk.App.Company.Owner.Id));
    }

    [Fact]
    public async Task An_empty_one_cannot_go_out()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client });

        await (await desk.MoveAsync(Desk.Estimates, id, "sent")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task It_can_be_approved_to_the_end_of_its_day_where_the_company_is_and_not_after()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 1, expires_on = "2026-11-22" });
        await desk.MovedAsync(Desk.Estimates, id, "sent");
        var other = await desk.DraftAsync(Desk.Estimates, new { client_id = desk.It.Client, flat_rate_cents = 1, expires_on = "2026-11-22" });
        await desk.MovedAsync(Desk.Estimates, other, "sent");

        // 23:59 in New York, long after midnight in London
        desk.App.Clock.Advance(new DateTimeOffset(2026, 11, 23, 4, 59, 0, TimeSpan.Zero) - FieldServiceUnderTest.Start);
        await desk.MovedAsync(Desk.Estimates, other, "approved");
        desk.App.Clock.Advance(TimeSpan.FromMinutes(1));

        await (await desk.MoveAsync(Desk.Estimates, id, "approved")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await desk.MovedAsync(Desk.Estimates, id, "declined");
    }

    [Fact]
    public async Task A_status_that_does_not_exist_is_refused()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());

        foreach (var body in new[] { """{"status":"open"}""", """{"status":null}""", """{"status":3}""", """{}""", """[]""" })
        {
            await Desk.InvalidAsync(await desk.Owner.PostAsync($"{Desk.Estimates}/{id}/transition", System.Text.Json.Nodes.JsonNode.Parse(body)!), body);
        }
    }

    [Fact]
    public async Task What_is_out_keeps_everything_but_the_internal_notes_and_what_is_decided_keeps_all()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        await desk.MovedAsync(Desk.Estimates, id, "sent");

        var noted = await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { internal_notes = "called" })).DataAsync();
        Assert.Equal("called", (string?)noted["internal_notes"]);
        foreach (var change in new object[]
                 {
                     new { notes = "x" }, new { tax_rate = 1 }, new { line_items = Array.Empty<object>() }, new { client_id = desk.It.Client }, new { expires_at = (string?)null },
                     new { internal_notes = "x", notes = "x" },
                 })
        {
            await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", change)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        }

        await (await desk.Owner.DeleteAsync($"{Desk.Estimates}/{id}", FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        await desk.MovedAsync(Desk.Estimates, id, "declined");
        await (await desk.Owner.PatchAsync($"{Desk.Estimates}/{id}", new { internal_notes = "x" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
        Assert.Equal("called", (string?)(await desk.GetAsync(Desk.Estimates, id))["internal_notes"]);
    }

    [Fact]
    public async Task A_draft_can_be_thrown_away_by_the_owner()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var id = await desk.DraftAsync(Desk.Estimates, desk.Paper());

        var answer = await desk.Owner.DeleteAsync($"{Desk.Estimates}/{id}", FieldServiceUnderTest.Stop);

        Assert.True((bool)(await answer.JsonAsync())["deleted"]!);
        await (await desk.Owner.ReadAsync($"{Desk.Estimates}/{id}")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(0L, await desk.App.ValueAsync("select (select count(*) from estimate_line_items) + (select count(*) from document_taxes)"));
        Assert.Equal(1L, await desk.App.ValueAsync("select count(*) from audit_log where entity_id = $1 and action = 'delete' and old_value ->> 'total_cents' = '10000'", Desk.Id(id)));
    }
}
