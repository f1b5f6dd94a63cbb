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
}
