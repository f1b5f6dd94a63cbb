using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Outpost.FieldService.Tests.Documents;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

/// <summary>Pages that take a file, let an invoice come round, and write down what a client does not want, as a browser without a script sends them.</summary>
public sealed partial class PagesOfTheOffice(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task A_file_is_looked_at_first_and_then_taken_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        const string File = "name,email,phone\nAda Byron,ada@example.com,1\nCharles,not an address,2\n";

        var looked = await SendAsync(office, File, "false", skip: true);
        Assert.Contains("This is what would be done", looked, StringComparison.Ordinal);
        Assert.Contains("Line 3", looked, StringComparison.Ordinal);
        Assert.Contains("cannot be taken in", await SendAsync(office, File, "true", skip: false, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));

        Assert.Contains("Taken in", await SendAsync(office, File, "true", skip: true), StringComparison.Ordinal);
        Assert.Equal("Ada Byron", await app.ValueAsync("select string_agg(name, ',') from clients"));
        Assert.Equal(HttpStatusCode.Forbidden, (await (await app.SignedInAsync(app.Company.Tech)).ReadAsync("/app/imports")).StatusCode);
    }

    [Fact]
    public async Task An_invoice_comes_round_as_it_is_written()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var invoice = await desk.DraftAsync(Desk.Invoices, new
        {
            client_id = desk.It.Client, tax_rate = 8.25, discount_percent = 5, notes = "Thanks\nagain",
            line_items = new object[] { new { description = "Filter", quantity = "1.5", unit = "pcs", unit_price = "33.3333", discount_cents = 10 }, new { description = "Free of tax", quantity = 2, unit_price_cents = 500, tax_rate = 0 } },
        });
        var page = await desk.Owner.GetStringAsync($"/app/invoices/{invoice}/repeat", Stop);
        var form = Fields().Matches(page).Select(field => KeyValuePair.Create(WebUtility.HtmlDecode(field.Groups[1].Value), WebUtility.HtmlDecode(field.Groups[2].Value))).ToList();

        var sent = await desk.Owner.PostAsync("/form/api/v1/invoice-plans", new FormUrlEncodedContent([.. form, new("title", "Filters"), new("rrule", "FREQ=MONTHLY"), new("starts_at_local:day", "2026-12-01"), new("starts_at_local:clock", "08:00")]), Stop);

        Assert.True(sent.StatusCode is HttpStatusCode.SeeOther, await sent.Content.ReadAsStringAsync(Stop));
        var plan = sent.Headers.Location!.ToString();
        Assert.StartsWith("/app/invoice-plans/", plan, StringComparison.Ordinal);
        Assert.Contains("Filters", await desk.Owner.GetStringAsync(plan, Stop), StringComparison.Ordinal);
        Assert.Contains("Every month", await desk.Owner.GetStringAsync("/app/invoice-plans", Stop), StringComparison.Ordinal);
        // What is made of it comes to the same cent.
        var planned = (await (await desk.Owner.ReadAsync($"/api/v1/invoice-plans/{plan.Split('/')[^1]}")).DataAsync())["invoice"]!;
        var made = await desk.DraftAsync(Desk.Invoices, planned);
        Assert.Equal((long)(await desk.GetAsync(Desk.Invoices, invoice))["total_cents"]!, (long)(await desk.GetAsync(Desk.Invoices, made))["total_cents"]!);
    }

    [Fact]
    public async Task What_a_client_does_not_want_is_written_down_by_the_office_too()
    {
        await using var desk = await Desk.OpenAsync(postgres);
        var path = $"/app/clients/{desk.It.Client}";
        Assert.Contains("No e-mails, please", await desk.Owner.GetStringAsync(path, Stop), StringComparison.Ordinal);

        var said = await desk.Owner.PostAsync($"/form/api/v1/clients/{desk.It.Client}/wishes", new FormUrlEncodedContent([new("_method", "PUT"), new("_page", path), new("email:bool", "false")]), Stop);

        Assert.Equal(HttpStatusCode.SeeOther, said.StatusCode);
        Assert.Equal("t f", await desk.App.ValueAsync("select concat_ws(' ', email_opt_out_at is not null, sms_opt_out_at is not null) from clients"));
        Assert.Contains("Wants no e-mails", await desk.Owner.GetStringAsync(path, Stop), StringComparison.Ordinal);
        await (await desk.Owner.PutAsync($"/api/v1/clients/{desk.It.Client}/wishes", new StringContent("""{"email":true}""", Encoding.UTF8, "application/json"), Stop)).DataAsync();
        Assert.Equal("f f", await desk.App.ValueAsync("select concat_ws(' ', email_opt_out_at is not null, sms_opt_out_at is not null) from clients"));
    }

    [Fact]
    public async Task The_logo_is_chosen_on_a_page()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        async Task<HttpResponseMessage> ChooseAsync(byte[] file) => await owner.PostAsync("/app/settings/logo", new MultipartFormDataContent { { new ByteArrayContent(file), "logo", "logo.png" } }, Stop);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await ChooseAsync("<svg/>"u8.ToArray())).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await ChooseAsync(Papers.PrintingPapers.Red)).StatusCode);

        Assert.Contains("/api/v1/account/logo", await owner.GetStringAsync("/app/settings/logo", Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await app.SignedInAsync(app.Company.Admin)).PostAsync("/app/settings/logo", new MultipartFormDataContent { { new ByteArrayContent(Papers.PrintingPapers.Red), "logo", "logo.png" } }, Stop)).StatusCode);
    }

    private static async Task<string> SendAsync(HttpClient office, string file, string really, bool skip, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var form = new MultipartFormDataContent { { new StringContent("clients"), "what" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(file)), "file", "clients.csv" }, { new StringContent(really), "really" } };
        if (skip) form.Add(new StringContent("true"), "skip");
        var answer = await office.PostAsync("/app/imports", form, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        return WebUtility.HtmlDecode(text);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Fields();
}
