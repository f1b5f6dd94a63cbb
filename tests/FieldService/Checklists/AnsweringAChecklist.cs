using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Checklists;

public sealed class AnsweringAChecklist(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_visit_is_asked_what_belongs_to_its_kind_of_job_and_is_finished_with_the_answers()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled", title: "Yearly BOILER service"), app.Company.Tech);
        var (owner, tech) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));
        var boiler = await MadeAsync(owner, new { name = "Boiler", job_words = new[] { "boiler" }, items = new[] { "Flue is clear", "Pressure in bar:" }, is_required = true });
        await MadeAsync(owner, new { name = "Roof", job_words = new[] { "roof", "gutter" }, items = new[] { "Ladder is tied" }, is_required = true });
        var all = await MadeAsync(owner, new { name = "Before leaving", items = new[] { "Swept" } });
        await (await tech.PostAsync("/api/v1/checklists", new { name = "Mine", items = new[] { "x" } })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");

        Assert.Equal([("Before leaving", false), ("Boiler", true)], (await OfAsync(tech, visit)).Select(list => ((string)list!["name"]!, (bool)list["is_required"]!)));
        await tech.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "arrived" });
        await AnswerAsync(tech, visit, boiler, ("Flue is clear", "yes"));
        var refused = await (await tech.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "completed" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        Assert.Contains("Boiler", (string)refused["message"]!, StringComparison.Ordinal);

        await AnswerAsync(tech, visit, boiler, ("Flue is clear", "yes"), ("Pressure in bar:", "1.8"));
        Assert.Equal(HttpStatusCode.OK, (await tech.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "completed" })).StatusCode);

        // Afterwards it stays as it was asked, whatever becomes of the list.
        await (await owner.PatchAsync($"/api/v1/checklists/{boiler}", new { items = new[] { "Something else" }, name = "New name", is_archived = true })).DataAsync();
        var kept = Assert.Single(await OfAsync(owner, visit))!;
        Assert.Equal("""Boiler ["Flue is clear","Pressure in bar:"] ["yes","1.8"]""", $"{kept["name"]} {kept["items"]!.ToJsonString()} {kept["answers"]!.ToJsonString()}");
        await (await PutAsync(tech, visit, all, ("Swept", "yes"))).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await PutAsync(tech, visit, boiler, ("Flue is clear", ""))).RefusedAsync(HttpStatusCode.UnprocessableEntity, "IMMUTABLE_ENTITY");
    }

    [Fact]
    public async Task A_list_that_changes_while_somebody_is_at_it_keeps_the_answers_that_fit()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (owner, tech) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));
        var list = await MadeAsync(owner, new { name = "All", items = new[] { "First", "Second:" } });
        await AnswerAsync(tech, visit, list, ("First", "yes"), ("Second:", "two"));

        await (await owner.PatchAsync($"/api/v1/checklists/{list}", new { items = new[] { "Zeroth", "Second:" } })).DataAsync();

        Assert.Equal("""["","two"]""", (await OfAsync(tech, visit))[0]!["answers"]!.ToJsonString());
        await (await PutAsync(tech, visit, list, ("First", "yes"))).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'visit_checklist' or (entity_type = 'checklist' and action = 'update')"));
    }

    [Fact]
    public async Task Two_who_are_at_the_same_list_keep_each_others_answers()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var (owner, tech) = (await app.SignedInAsync(), await app.SignedInAsync(app.Company.Tech));
        var list = await MadeAsync(owner, new { name = "All", items = new[] { "First", "Second", "Third:" } });

        // Both have read an empty list.
        await (await CompareAsync(tech, visit, list, ("First", "yes", ""), ("Second", "", ""), ("Third:", "1.8", ""))).DataAsync();
        await (await CompareAsync(owner, visit, list, ("First", "", ""), ("Second", "yes", ""), ("Third:", "", ""))).DataAsync();
        Assert.Equal("""["yes","yes","1.8"]""", (await OfAsync(tech, visit))[0]!["answers"]!.ToJsonString());

        // Who says something else than the other has said is told; the same, and what one has seen, is taken.
        var told = await (await CompareAsync(tech, visit, list, ("First", "", "yes"), ("Second", "yes", ""), ("Third:", "2.0", ""))).RefusedAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Contains("“Third:” with “1.8”", (string)told["message"]!, StringComparison.Ordinal);
        Assert.Equal("""["yes","yes","1.8"]""", (await OfAsync(tech, visit))[0]!["answers"]!.ToJsonString());
        await (await CompareAsync(tech, visit, list, ("First", "", "yes"), ("Second", "yes", ""), ("Third:", "2.0", "1.8"))).DataAsync();
        Assert.Equal("""["","yes","2.0"]""", (await OfAsync(owner, visit))[0]!["answers"]!.ToJsonString());

        // From a page without a signal, which does not know what was sent from it before.
        await (await CompareAsync(tech, visit, list, ("First", "yes", ""), ("Second", "", ""), ("Third:", "2.1", ""))).DataAsync();
        Assert.Equal("""["yes","yes","2.1"]""", (await OfAsync(owner, visit))[0]!["answers"]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_no_list_is_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        foreach (var items in new string[][] { [], ["", " "], ["Twice", "Twice"], [new string('x', 301)], [.. Enumerable.Range(0, 61).Select(n => $"Item {n}")] })
        {
            await (await owner.PostAsync("/api/v1/checklists", new { name = "List", items })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }

        Assert.Equal(0L, await app.ValueAsync("select count(*) from checklist_templates"));
    }

    private static async Task<string> MadeAsync(HttpClient owner, object list) => (string)(await (await owner.PostAsync("/api/v1/checklists", list)).DataAsync(HttpStatusCode.Created))["id"]!;

    private static async Task<JsonArray> OfAsync(HttpClient client, Guid visit) => (await (await client.ReadAsync($"/api/v1/visits/{visit}/checklists")).DataAsync()).AsArray();

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, Guid visit, string list, params (string Item, string Value)[] answers) =>
        client.PutAsJsonAsync($"/api/v1/visits/{visit}/checklists/{list}", new { answers = answers.Select(one => new { item = one.Item, value = one.Value }) }, Stop);

    private static Task<HttpResponseMessage> CompareAsync(HttpClient client, Guid visit, string list, params (string Item, string Value, string Was)[] answers) =>
        client.PutAsJsonAsync($"/api/v1/visits/{visit}/checklists/{list}", new { compare = true, answers = answers.Select(one => new { item = one.Item, value = one.Value, was = one.Was }) }, Stop);

    private static async Task AnswerAsync(HttpClient client, Guid visit, string list, params (string Item, string Value)[] answers) => await (await PutAsync(client, visit, list, answers)).DataAsync();
}
