using System.Net;
using System.Text;
using Outpost.FieldService.Papers;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Tests.Documents;
using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Papers;

public sealed class LettersWithPapers(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task What_is_sent_goes_to_the_client_with_its_pdf_once()
    {
        await using var desk = await DeskWithMailAsync();
        var letters = new Letterbox();
        await using var worker = AtWork.On(desk.App, letters);
        var estimate = await desk.DraftAsync(Desk.Estimates, desk.Paper());
        var invoice = await desk.DraftAsync(Desk.Invoices, desk.Paper());

        foreach (var (where, id) in new[] { (Desk.Estimates, estimate), (Desk.Invoices, invoice), (Desk.Invoices, invoice) })
        {
            Assert.Equal(HttpStatusCode.OK, (await desk.Owner.PostAsync($"{where}/{id}/transition", new { status = "sent", mail = true })).StatusCode);
        }

        await worker.PollAsync();

        var sent = letters.Letters.OrderBy(letter => letter.Rule, StringComparer.Ordinal).ToArray();
        Assert.Equal(["estimate_sent", "invoice_sent"], sent.Select(letter => letter.Rule));
        Assert.Equal(["Estimate-EST-0001.pdf", "Invoice-INV-0001.pdf"], sent.Select(letter => letter.Enclosures.Single().Name));
        Assert.Contains("Invoice INV-0001", await Pdf.TextAsync(sent[1].Enclosures[0].Content), StringComparison.Ordinal);
        Assert.Equal(sent[1].Enclosures[0].Content, await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop));
        Assert.Contains("over $100.00", sent[1].Content.BodyText, StringComparison.Ordinal);

        var once = await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/letters", new { }, "again");
        Assert.Equal(HttpStatusCode.Accepted, once.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/letters", new { }, "again")).StatusCode);
        await worker.PollAsync();
        Assert.Equal(3, letters.Letters.Count);
    }

    [Fact]
    public async Task Nothing_is_mailed_that_nobody_asked_for_and_a_setting_asks_for_all()
    {
        await using var desk = await DeskWithMailAsync();
        await desk.IssuedInvoiceAsync();
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from messages"));

        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { documents = new { mail_when_sent = true } } })).DataAsync();
        await desk.IssuedInvoiceAsync();

        Assert.Equal("invoice_sent", await desk.App.ValueAsync("select string_agg(rule, ',') from messages"));
    }

    [Fact]
    public async Task A_client_without_an_address_and_a_draft_are_refused_with_a_word()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await (await desk.Owner.PostAsync($"{Desk.Invoices}/{draft}/letters", new { })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        var invoice = await desk.IssuedInvoiceAsync();

        var refused = await (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/letters", new { })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");

        Assert.Contains("no e-mail address", (string)refused["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_press_the_letter_waits_and_says_what_to_install()
    {
        await using var desk = await DeskWithMailAsync();
        var letters = new Letterbox();
        await using var worker = AtWork.On(desk.App, letters, (PdfPress.Key, "/nowhere/python3"));
        var invoice = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/transition", new { status = "sent", mail = true });

        await worker.PollAsync();

        Assert.Empty(letters.Letters);
        Assert.Contains("pending", await desk.App.MessagesAsync(Guid.Parse(invoice)), StringComparison.Ordinal);
        Assert.Contains("apt install weasyprint", await desk.App.MessagesAsync(Guid.Parse(invoice)), StringComparison.Ordinal);
        Assert.Equal(0, await desk.App.ValueAsync("select attempts from messages"));
    }

    [Fact]
    public void On_the_wire_it_is_a_part_of_its_own_beside_the_text()
    {
        var content = Enumerable.Range(0, 1000).Select(i => (byte)(i % 256)).ToArray();
        var letter = new Letter(new(Guid.CreateVersion7()), "invoice_sent", Guid.NewGuid(), Channel.Email, "ada@example.com", new("Invoice", "Hello.", "<p>Hello.</p>"), null, "North", null, FieldServiceUnderTest.Start)
        {
            Enclosures = [new("Invoice-1.pdf", "application/pdf", content)],
        };

        var text = Encoding.ASCII.GetString(LetterText.Write(letter, new("office@north.test")));

        var around = text.Split("multipart/mixed; boundary=\"")[1].Split('"')[0];
        var parts = text.Split($"--{around}");
        Assert.Equal(4, parts.Length);
        Assert.Contains("multipart/alternative", parts[1], StringComparison.Ordinal);
        Assert.Contains("attachment; filename=\"Invoice-1.pdf\"", parts[2], StringComparison.Ordinal);
        Assert.Equal(content, Convert.FromBase64String(parts[2].Split("\r\n\r\n", 2)[1].ReplaceLineEndings("")));
        Assert.StartsWith("--", parts[3], StringComparison.Ordinal);
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 998));
    }

    private async Task<Desk> DeskWithMailAsync()
    {
        var desk = await Desk.OpenAsync(postgres);
        await desk.App.SqlAsync("update clients set email = 'ada@example.com'");
        return desk;
    }
}
