using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Outpost.FieldService.Papers;
using Outpost.FieldService.Tests.Documents;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Papers;

public sealed class PrintingPapers(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Every_paper_has_its_number_and_the_amounts_that_are_stored()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var paper = new
        {
            client_id = desk.It.Client, property_id = desk.It.Property, job_id = desk.It.Job, tax_rate = 8.25, discount_percent = 10, notes = "Mind the dog & the <cat>.",
            line_items = new object[] { new { description = "Boiler\nwith pump", quantity = "1.5", unit = "pcs", unit_price = "1333.3333" }, new { description = "Travel", quantity = 1, unit_price_cents = 4_500, tax_rate = 0 } },
        };
        var estimate = await desk.DraftAsync(Desk.Estimates, paper);
        await desk.MovedAsync(Desk.Estimates, estimate, "sent");
        var invoice = await desk.DraftAsync(Desk.Invoices, paper);
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");
        var payment = (string)(await (await desk.PayAsync(invoice, 50_000)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        var note = (string)(await (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-notes", new { reason = "The pump was used" })).JsonAsync())["id"]!;

        var stored = await desk.GetAsync(Desk.Invoices, invoice);
        var total = Dollars((long)stored["total_cents"]!);
        foreach (var (path, name, says) in new (string, string, string[])[]
        {
            ($"{Desk.Estimates}/{estimate}", "Estimate-EST-0001.pdf", ["Estimate EST-0001", total, "Mind the dog & the <cat>."]),
            ($"{Desk.Invoices}/{invoice}", "Invoice-INV-0001.pdf", ["Invoice INV-0001", total, Dollars((long)stored["tax_cents"]!), Dollars((long)stored["subtotal_cents"]!), "1333.3333", "Ada Lovelace", "1 Mill Road", "New boiler", "8.25%"]),
            ($"/api/v1/credit-notes/{note}", "Credit-note-CN-0001.pdf", ["Credit note CN-0001", total, "The pump was used"]),
            ($"/api/v1/payments/{payment}", $"Receipt-{$"{Guid.Parse(payment):N}"[^12..].ToUpperInvariant()}.pdf", ["Receipt", "$500.00", "Invoice INV-0001", "Cash"]),
            ($"/api/v1/jobs/{desk.It.Job}", "Job-sheet-New-boiler.pdf", ["Job sheet New boiler", "PARTS USED", "Client: the work was done"]),
        })
        {
            var answer = await desk.Owner.ReadAsync($"{path}/pdf");
            var pdf = await answer.Content.ReadAsByteArrayAsync(Stop);
            Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{path}: {Encoding.UTF8.GetString(pdf)}");
            Assert.Equal("application/pdf", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(name, answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
            var text = await Pdf.TextAsync(pdf);
            foreach (var word in says) Assert.Contains(word, text, StringComparison.Ordinal);

            // The same paper is the same file, and is not sent to whoever has it.
            var again = new HttpRequestMessage(HttpMethod.Get, $"{path}/pdf");
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, (await desk.Owner.SendAsync(again, Stop)).StatusCode);

            var page = await (await desk.Owner.ReadAsync($"{path.Replace("/api/v1", "/app", StringComparison.Ordinal)}/paper")).Content.ReadAsStringAsync(Stop);
            Assert.Contains(WebUtility.HtmlEncode(says[0]), page, StringComparison.Ordinal);
            Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("de", "EUR", "Angebot EST-0001", "Rechnung INV-0001|Rechnung an|1333,3333|8,25\u00a0%|2.025,00\u00a0€|5. Dezember 2026", "Rechnungskorrektur CN-0001|Berichtigt", "Quittung|Bar|500,00\u00a0€", "Arbeitsbericht New boiler|Kunde: Die Arbeit wurde ausgeführt")]
    [InlineData("es", "USD", "Presupuesto EST-0001", "Factura INV-0001|Facturar a|1333.3333|8.25\u00a0%|$2,025.00|5 de diciembre de 2026", "Factura rectificativa CN-0001|Rectifica", "Recibo|Efectivo|$500.00", "Parte de trabajo New boiler|Cliente: el trabajo está hecho")]
    public async Task Speaks_the_language_that_the_company_has_set(string language, string currency, string estimateSays, string invoiceSays, string noteSays, string receiptSays, string sheetSays)
    {
        await using var desk = await Desk.OpenAsync(postgres);
        await (await desk.Owner.PatchAsync("/api/v1/account", new { currency, settings = new { documents = new { language } } })).DataAsync();
        var paper = new
        {
            client_id = desk.It.Client, job_id = desk.It.Job, tax_rate = 8.25, notes = "Typed by hand",
            line_items = new object[] { new { description = "Boiler", quantity = "1.5", unit_price = "1333.3333" }, new { description = "Pump", quantity = 1, unit_price_cents = 2_500 } },
        };
        var estimate = await desk.DraftAsync(Desk.Estimates, paper);
        await desk.MovedAsync(Desk.Estimates, estimate, "sent");
        var invoice = await desk.DraftAsync(Desk.Invoices, paper);
        await desk.MovedAsync(Desk.Invoices, invoice, "sent");
        var payment = (string)(await (await desk.PayAsync(invoice, 50_000)).DataAsync(HttpStatusCode.Created))["payment_id"]!;
        var note = (string)(await (await desk.Owner.PostAsync($"{Desk.Invoices}/{invoice}/credit-notes", new { reason = "Typed by hand" })).JsonAsync())["id"]!;

        foreach (var (path, says) in new[]
        {
            ($"{Desk.Estimates}/{estimate}", estimateSays), ($"{Desk.Invoices}/{invoice}", invoiceSays), ($"/api/v1/credit-notes/{note}", noteSays), ($"/api/v1/payments/{payment}", receiptSays), ($"/api/v1/jobs/{desk.It.Job}", sheetSays),
        })
        {
            var page = WebUtility.HtmlDecode(await (await desk.Owner.ReadAsync($"{path.Replace("/api/v1", "/app", StringComparison.Ordinal)}/paper")).Content.ReadAsStringAsync(Stop));
            Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
            foreach (var word in says.Split('|')) Assert.Contains(word, page, StringComparison.Ordinal);
            foreach (var english in (string[])["Invoice", "Estimate", "Tax<", "Received", "Issued", "Description", "Amount", "Technician", "given when"]) Assert.DoesNotContain(english, page, StringComparison.Ordinal);
        }

        Assert.Contains(invoiceSays.Split('|')[0], await Pdf.TextAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop)), StringComparison.Ordinal);
        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { documents = new { language = "xx" } } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Is_pdf_a_3_with_every_font_inside()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var invoice = await desk.IssuedInvoiceAsync();

        var pdf = await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop);

        var text = Encoding.Latin1.GetString(pdf);
        Assert.Contains("part=\"3\"", text, StringComparison.Ordinal);
        Assert.Contains("conformance=\"B\"", text, StringComparison.Ordinal);
        Assert.Contains("/OutputIntents", text, StringComparison.Ordinal);
        Assert.Contains("xmp:CreateDate>2026-11-21T15:00:00Z", text, StringComparison.Ordinal);
        Assert.Matches(@"/ID \[", text);
        var fonts = (await Pdf.FontsAsync(pdf)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.All(fonts, font => Assert.Matches(@"yes (yes|no ) yes|yes\s+yes\s+(yes|no)", font));
        // Nothing was set up for data, so there is none.
        Assert.StartsWith("0 embedded files", await Pdf.AttachedAsync(pdf), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetches_nothing_that_somebody_wrote_into_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var called = listener.AcceptTcpClientAsync(Stop);
        await using var desk = await Desk.OpenAsync(postgres);
        var trap = $"<img src='http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/x'><link rel=attachment href='file:///etc/hostname'>";
        var invoice = await desk.DraftAsync(Desk.Invoices, new { client_id = desk.It.Client, notes = trap, line_items = new[] { new { description = trap, quantity = 1, unit_price_cents = 100 } } });
        await desk.App.SqlAsync("update accounts set name = $1", trap);

        var pdf = await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop);

        Assert.Contains("<img", await Pdf.TextAsync(pdf), StringComparison.Ordinal);
        Assert.StartsWith("0 embedded files", await Pdf.AttachedAsync(pdf), StringComparison.Ordinal);

        // And the press itself has no hands to fetch with, whatever page it is given.
        using var press = new PdfPress(desk.App.Database.Settings, TimeProvider.System, NullLogger<PdfPress>.Instance);
        var raw = await press.PrintAsync(new($"<p>Page</p>{trap}<style>@import url(file:///etc/passwd);</style>", null, FieldServiceUnderTest.Start), Stop);
        Assert.StartsWith("0 embedded files", await Pdf.AttachedAsync(raw), StringComparison.Ordinal);
        Assert.False(called.IsCompleted);
    }

    [Fact]
    public async Task Says_what_to_install_when_there_is_no_press()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        foreach (var python in new[] { "/nowhere/python3", "/usr/bin/false" })
        {
            using var press = new PdfPress(desk.App.Database.Settings.With((PdfPress.Key, python)), TimeProvider.System, NullLogger<PdfPress>.Instance);
            var refused = await Assert.ThrowsAsync<RuleException>(() => press.PrintAsync(new("<p>Page</p>", null, FieldServiceUnderTest.Start), Stop));
            Assert.Equal("SERVICE_UNAVAILABLE", refused.Code);
            if (python.StartsWith("/nowhere", StringComparison.Ordinal)) Assert.Contains("apt install weasyprint", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_crowd_gets_one_print_and_nothing_is_left_lying_about()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        using var press = new PdfPress(desk.App.Database.Settings, TimeProvider.System, NullLogger<PdfPress>.Instance);
        var printed = new PrintedPapers(press);
        var order = new PrintOrder("<title>One</title><p>Page</p>", null, FieldServiceUnderTest.Start);

        var prints = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => printed.PrintAsync(order, Stop)));
        var fresh = await press.PrintAsync(order, Stop);

        Assert.All(prints, pdf => Assert.Same(prints[0], pdf));
        Assert.Equal(prints[0], fresh);
        Assert.Same(prints[0], await printed.PrintAsync(order, Stop));
    }

    [Fact]
    public async Task The_next_print_gets_ready_meanwhile_and_is_given_up_when_none_comes()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var clock = new Hasty();
        using var press = new PdfPress(desk.App.Database.Settings, clock, NullLogger<PdfPress>.Instance);
        Assert.False(press.IsReady);

        var first = await press.PrintAsync(new("<p>Page</p>", null, FieldServiceUnderTest.Start), Stop);
        Assert.True(press.IsReady);
        Assert.Equal(first, await press.PrintAsync(new("<p>Page</p>", null, FieldServiceUnderTest.Start), Stop));
        Assert.True(press.IsReady);

        clock.Tired!();
        Assert.False(press.IsReady);
        Assert.Equal(first, await press.PrintAsync(new("<p>Page</p>", null, FieldServiceUnderTest.Start), Stop));
    }

    [Fact]
    public async Task A_technician_gets_the_sheet_of_their_own_work_and_no_prices()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var visit = (string)(await (await desk.Owner.PostAsync($"/api/v1/jobs/{desk.It.Job}/visits", new { scheduled_start = "2026-11-23T14:00:00Z", scheduled_end = "2026-11-23T15:00:00Z", assigned_user_id = desk.App.Company.Tech.Id })).DataAsync(HttpStatusCode.Created))["id"]!;
        var other = (string)(await (await desk.Owner.PostAsync($"/api/v1/jobs/{desk.It.Job}/visits", new { scheduled_start = "2026-11-24T14:00:00Z", scheduled_end = "2026-11-24T15:00:00Z" })).DataAsync(HttpStatusCode.Created))["id"]!;
        var tech = await desk.App.SignedInAsync(desk.App.Company.Tech);

        var text = await Pdf.TextAsync(await tech.GetByteArrayAsync($"/api/v1/visits/{visit}/pdf", Stop));

        Assert.Contains("9:00–10:00 AM", text, StringComparison.Ordinal);
        Assert.Contains("tech of north", text, StringComparison.Ordinal);
        Assert.DoesNotContain("$", text, StringComparison.Ordinal);
        await (await tech.ReadAsync($"/api/v1/visits/{other}/pdf")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await tech.ReadAsync($"/api/v1/invoices/{Guid.CreateVersion7()}/pdf")).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task Drafts_and_void_invoices_cannot_be_taken_for_real_ones()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var draft = await desk.DraftAsync(Desk.Invoices, desk.Paper());
        Assert.Contains("Draft invoice", await Pdf.TextAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{draft}/pdf", Stop)), StringComparison.Ordinal);

        var invoice = await desk.IssuedInvoiceAsync();
        await desk.MovedAsync(Desk.Invoices, invoice, "void");

        Assert.Contains("Void since", await Pdf.TextAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_logo_is_a_picture_and_stands_on_the_papers()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var invoice = await desk.IssuedInvoiceAsync();
        async Task<HttpResponseMessage> PutAsync(byte[] file, HttpClient? who = null) =>
            await (who ?? desk.Owner).PutAsync("/api/v1/account/logo", new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, Stop);

        await (await PutAsync("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray())).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await (await PutAsync([.. Red, .. new byte[PaperRules.LargestLogo + 1 - Red.Length]])).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        await (await PutAsync(Wide)).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await PutAsync(Red, await desk.App.SignedInAsync(desk.App.Company.Tech))).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal(0L, await desk.App.ValueAsync("select count(*) from logos"));
        var plain = await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop);

        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(Red)).StatusCode);

        var shown = await desk.Owner.ReadAsync("/api/v1/account/logo");
        Assert.Equal("image/png", shown.Content.Headers.ContentType!.MediaType);
        Assert.Equal(Red, await shown.Content.ReadAsByteArrayAsync(Stop));
        Assert.DoesNotContain("image", await Pdf.PicturesAsync(plain), StringComparison.Ordinal);
        Assert.Contains("image", await Pdf.PicturesAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop)), StringComparison.Ordinal);
        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { documents = new { accent_color = "red;}" } } })).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await desk.Owner.PatchAsync("/api/v1/account", new { settings = new { documents = new { accent_color = "#b91c1c", footer = "Managed by Ada" } } })).DataAsync();
        Assert.Contains("#b91c1c", await (await desk.Owner.ReadAsync("/app/paper.css")).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Contains("Managed by Ada", await Pdf.TextAsync(await desk.Owner.GetByteArrayAsync($"{Desk.Invoices}/{invoice}/pdf", Stop)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await desk.Owner.DeleteAsync("/api/v1/account/logo", Stop)).StatusCode);
        Assert.Equal(2L, await desk.App.ValueAsync("select count(*) from audit_log where entity_type = 'account' and new_value ? 'logo'"));
    }

    [Theory]
    [InlineData("ffd8ffe000104a46494600010100000100010000ffc0001108000a001403012200021101031101", "image/jpeg", 20, 10)]
    [InlineData("ffd8ffe000104a46494600010100000100010000", null, 0, 0)]
    [InlineData("ffd8ffe00000", null, 0, 0)]
    [InlineData("89504e470d0a1a0a", null, 0, 0)]
    [InlineData("", null, 0, 0)]
    public void A_picture_is_known_by_its_own_bytes(string hex, string? type, int width, int height) =>
        Assert.Equal(type is null ? null : (type, width, height), KeepLogo.Look(Convert.FromHexString(hex)));

    // Two pixels by one, red; and one that says it is forty thousand wide.
    internal static byte[] Red { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4z8AARAAI/gH/xp559wAAAABJRU5ErkJggg==");

    private static byte[] Wide { get; } = Convert.FromHexString("89504e470d0a1a0a0000000d4948445200009c4000000001080600000000000000");

    private static string Dollars(long cents) => $"${(cents / 100m).ToString("#,##0.00", System.Globalization.CultureInfo.InvariantCulture)}";

    /// <summary>Its timers go off when they are told to.</summary>
    private sealed class Hasty : TimeProvider
    {
        public Action? Tired { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Tired = () => callback(state);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
