using System.Net;
using System.Net.Http.Json;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Messages;

public sealed class WordingMessages(PostgresServer postgres)
{
    [Fact]
    public async Task A_company_words_a_letter_in_its_own_way_and_what_a_client_is_called_cannot_break_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var letters = new Letterbox();
        await using var worker = AtWork.On(app, letters);
        var owner = await app.SignedInAsync();
        await app.AutomationAsync("visit_reminder");
        await app.VisitAtAsync(await app.ReachableAsync(name: "Ada <b>\r\nBcc: eve@example.com"), FieldServiceUnderTest.Start.AddHours(20));
        var wording = new { title = "Dear {{client_name}}", body_text = "{{ client_name }}: {{visit_time}}", body_html = "<p>{{client_name}}</p>" };

        var preview = await (await owner.PostAsync("/api/v1/message-templates/visit_reminder.email/preview", wording)).DataAsync();
        await (await owner.PutAsJsonAsync("/api/v1/message-templates/visit_reminder.email", wording, FieldServiceUnderTest.Stop)).DataAsync();
        await worker.PollAsync();

        var content = Assert.Single(letters.Letters).Content;
        Assert.Equal("Dear Ada <b> Bcc: eve@example.com", content.Title);
        Assert.Equal("<p>Ada &lt;b&gt;\r\nBcc: eve@example.com</p>", content.BodyHtml);
        Assert.EndsWith(": 6:00 AM", content.BodyText, StringComparison.Ordinal);
        Assert.Equal(content.BodyHtml, (string?)preview["body_html"]);
        Assert.Equal(1L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'message_template' and action = 'insert'"));

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync("/api/v1/message-templates/visit_reminder.email", FieldServiceUnderTest.Stop)).StatusCode);
        Assert.True((bool)(await (await owner.ReadAsync("/api/v1/message-templates/visit_reminder.email")).DataAsync())["is_default"]!);
    }

    [Fact]
    public async Task Of_ten_who_read_the_same_wording_one_changes_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        foreach (var read in new[] { "\"v0\"", "\"v1\"" })
        {
            Assert.Equal(read, (await owner.ReadAsync(Reminder)).Headers.ETag!.Tag);
            var before = (long)(await app.ValueAsync("select count(*) from audit_log where entity_type = 'message_template'"))!;

            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => AskAsync(owner, HttpMethod.Put, read, $"Words {i} of {read}")));

            var first = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
            Assert.Equal((string?)(await first.DataAsync())["title"], await app.ValueAsync("select title from message_templates"));
            Assert.Equal(before + 1, await app.ValueAsync("select count(*) from audit_log where entity_type = 'message_template'"));
        }

        await (await AskAsync(owner, HttpMethod.Delete, "\"v1\"")).RefusedAsync(HttpStatusCode.PreconditionFailed, "STALE_VERSION");
        Assert.Equal(HttpStatusCode.NoContent, (await AskAsync(owner, HttpMethod.Delete, "\"v2\"")).StatusCode);
        Assert.Equal("\"v0\"", (await owner.ReadAsync(Reminder)).Headers.ETag!.Tag);
    }

    [Theory]
    [InlineData("email", "{{client_nam}}", "x", "title")]
    [InlineData("email", "x", "{{invoice_number}}", "body_text")]
    [InlineData("email", "x", "{{client_name", "body_text")]
    [InlineData("email", null, "x", "title")]
    [InlineData("sms", "x", "x", "title")]
    public async Task What_a_message_cannot_speak_of_is_refused_when_it_is_written(string channel, string? title, string text, string field)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var error = await (await owner.PutAsJsonAsync($"/api/v1/message-templates/visit_reminder.{channel}", new { title, body_text = text }, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, (string?)error["details"]!["issues"]![0]!["path"]);
    }

    [Fact]
    public async Task Every_wording_of_ours_speaks_only_of_what_it_may()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();

        var all = (await (await owner.ReadAsync("/api/v1/message-templates?limit=100")).DataAsync()).AsArray();

        Assert.Equal(14, all.Count);
        foreach (var one in all)
        {
            await (await owner.PutAsJsonAsync($"/api/v1/message-templates/{one!["template"]}", new { title = (string?)one["title"], body_text = (string?)one["body_text"], body_html = (string?)one["body_html"] }, FieldServiceUnderTest.Stop)).DataAsync();
        }
    }

    private const string Reminder = "/api/v1/message-templates/visit_reminder.email";

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, HttpMethod method, string version, string? title = null)
    {
        var request = new HttpRequestMessage(method, Reminder) { Content = title is null ? null : JsonContent.Create(new { title, body_text = "Soon." }) };
        request.Headers.TryAddWithoutValidation("If-Match", version);
        return client.SendAsync(request, FieldServiceUnderTest.Stop);
    }
}
