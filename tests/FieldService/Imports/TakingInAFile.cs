using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Imports;

public sealed class TakingInAFile(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Makes_clients_and_says_of_each_row_what_became_of_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var report = await (await SendAsync(owner, "clients", "Name,E-mail,Phone,Favourite colour\r\n\"Byron, Ada\",ada@example.com,555-0100,blue\r\n\r\nBob,,555-0101,\r\n")).DataAsync();

        Assert.True((bool)report["saved"]!);
        Assert.Equal((2, 2, 0), ((int)report["rows"]!, (int)report["created"]!, (int)report["faulty"]!));
        Assert.Equal(["Favourite colour"], report["ignored"]!.AsArray().Select(h => (string?)h));
        Assert.Equal([2, 4], report["results"]!.AsArray().Select(r => (int)r!["row"]!));
        var ada = await (await owner.GetAsync($"/api/v1/clients/{report["results"]![0]!["id"]}", Stop)).DataAsync();
        Assert.Equal(("Byron, Ada", "ada@example.com", "555-0100"), ((string?)ada["name"], (string?)ada["email"], (string?)ada["phone"]));
        Assert.Equal(2L, await app.ValueAsync("select count(*) from audit_log where entity_type = 'client' and action = 'insert'"));
    }

    [Fact]
    public async Task A_file_that_is_sent_twice_makes_nothing_twice()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        const string File = "name,email,property_address,property_city\nAda,ada@example.com,1 Elm St,Omaha\nAda,ada@example.com,2 Oak St,Omaha\n";

        var first = await (await SendAsync(owner, "clients", File)).DataAsync();
        var second = await (await SendAsync(owner, "clients", File)).DataAsync();

        Assert.Equal((1, 1, 0), Counts(first));
        Assert.Equal((0, 0, 2), Counts(second));
        Assert.Equal((1L, 2L), ((long)(await app.ValueAsync("select count(*) from clients"))!, (long)(await app.ValueAsync("select count(*) from properties"))!));

        static (int, int, int) Counts(JsonNode report) => ((int)report["created"]!, (int)report["added"]!, (int)report["duplicates"]!);
    }

    [Fact]
    public async Task Ten_callers_who_send_the_same_file_make_its_clients_once()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        var file = "name,phone\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"Client {i},555-{i:0000}\n"));

        var reports = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await (await SendAsync(owner, "clients", file)).DataAsync()));

        Assert.Equal(20, reports.Sum(r => (int)r["created"]!));
        Assert.Equal(20L, await app.ValueAsync("select count(*) from clients"));
    }

    [Fact]
    public async Task A_trial_run_says_the_same_and_keeps_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var report = await (await SendAsync(owner, "clients?dry_run=true", "name,email\nAda,ada@example.com\nBob,not an address\n")).DataAsync();

        Assert.False((bool)report["saved"]!);
        Assert.Equal((1, 1), ((int)report["created"]!, (int)report["faulty"]!));
        Assert.Null(report["results"]![0]!["id"]);
        Assert.Contains("email", (string)report["results"]![1]!["problems"]![0]!, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), ((long)(await app.ValueAsync("select count(*) from clients"))!, (long)(await app.ValueAsync("select count(*) from audit_log where entity_type = 'client'"))!));
    }

    [Fact]
    public async Task One_faulty_row_keeps_all_out_unless_it_is_to_be_skipped()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        const string File = "name,email\nAda,ada@example.com\n,nobody@example.com\n";

        var refused = await SendAsync(owner, "clients", File);
        var error = (await refused.JsonAsync())["error"]!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED"), (refused.StatusCode, (string?)error["code"]));
        Assert.Equal(3, (int)error["details"]!["results"]![0]!["row"]!);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));

        var report = await (await SendAsync(owner, "clients?faulty=skip", File)).DataAsync();
        Assert.Equal((1, 1), ((int)report["created"]!, (int)report["faulty"]!));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from clients"));
    }

    [Theory]
    [InlineData("Display Name,First Name,Last Name,Company Name,Main Phone #s,E-mails,Billing Street 1,Billing Street 2,Billing City,Billing State,Billing Zip code,Service Property Name,Service Street 1,Service City,Service State,Service Zip code\n"
        + "Ada Byron,Ada,Byron,,555-0100,\"ada@example.com, other@example.com\",1 Elm St,Apt 2,Omaha,NE,68102,Barn,9 Farm Rd,Elkhorn,NE,68022\n")]
    [InlineData("First Name,Last Name,Company,Email,Mobile Number,Home Number,Address Street Line 1,Address Street Line 2,Address City,Address State,Address Postal Code,Service Street 1,Service City\n"
        + "Ada,Byron,,ada@example.com,,555-0100,1 Elm St,Apt 2,Omaha,NE,68102,9 Farm Rd,Elkhorn\n")]
    [InlineData("Client Name;Email;Mobile;Billing Address;Suburb;State;Postcode;Site Address;Site City\nAda Byron;ada@example.com;555-0100;1 Elm St, Apt 2;Omaha;NE;68102;9 Farm Rd;Elkhorn\n")]
    public async Task The_exports_of_other_programs_are_understood(string file)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var report = await (await SendAsync(owner, "clients", file)).DataAsync();

        var ada = await (await owner.GetAsync($"/api/v1/clients/{report["results"]![0]!["id"]}", Stop)).DataAsync();
        Assert.Equal(("Ada Byron", "ada@example.com", "555-0100"), ((string?)ada["name"], (string?)ada["email"], (string?)ada["phone"]));
        Assert.Equal(("1 Elm St, Apt 2", "Omaha", "NE", "68102"), ((string?)ada["address_line1"], (string?)ada["city"], (string?)ada["state"], (string?)ada["zip"]));
        Assert.Equal("9 Farm Rd Elkhorn", await app.ValueAsync("select address || ' ' || city from properties"));
    }

    [Fact]
    public async Task Countries_and_tax_numbers_come_in_and_go_out_as_the_invoice_needs_them()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        const string File = "name,Billing Country,VAT Number,Buyer Reference\nAda Byron,germany,DE123456789,04-1\nGrace Hopper,us,,\nJoan Clarke,Ruritania,,\n";

        var report = await (await SendAsync(owner, "clients?faulty=skip", File)).DataAsync();

        Assert.Equal((2, 1), ((int)report["created"]!, (int)report["faulty"]!));
        Assert.Contains("two capital letters of a country", report["results"]![2]!.ToJsonString());
        Assert.Equal("Ada Byron DE DE123456789 04-1|Grace Hopper US", await app.ValueAsync("select string_agg(concat_ws(' ', name, country, tax_id, reference), '|' order by name) from clients"));

        var file = await owner.GetStringAsync(new Uri("/api/v1/clients/export", UriKind.Relative), Stop);
        await app.SqlAsync("delete from clients where account_id = $1", app.Company.Account);
        await (await SendAsync(owner, "clients", file)).DataAsync();

        Assert.Equal("Ada Byron DE DE123456789 04-1|Grace Hopper US", await app.ValueAsync("select string_agg(concat_ws(' ', name, country, tax_id, reference), '|' order by name) from clients"));
    }

    [Fact]
    public async Task Letters_of_other_encodings_arrive_whole()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        const string File = "name\nZoë Müller\n";
        var western = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

        foreach (var bytes in new[] { western.GetBytes(File), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(File)], [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(File)] })
        {
            await (await SendAsync(owner, "clients", bytes)).DataAsync();
        }

        Assert.Equal("Zoë Müller", await app.ValueAsync("select string_agg(name, '|') from clients"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("name\n", "no rows")]
    [InlineData("colour\nblue\n", "name")]
    [InlineData("name,email\nAda,\"ada@example.com\n", "quotation mark")]
    [InlineData("name,email\nAda,ada@example.com,Omaha\n", "2 headings")]
    [InlineData("PK\0\0zip", "CSV UTF-8")]
    public async Task What_is_no_such_file_is_refused_with_its_cause(string file, string cause)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var refused = await SendAsync(owner, "clients", file);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(cause, (string)(await refused.JsonAsync())["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_a_file_may_have_are_refused()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var refused = await SendAsync(owner, "clients", "name\n" + string.Concat(Enumerable.Range(0, 5_001).Select(i => $"Client {i}\n")));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from clients"));
    }

    [Fact]
    public async Task The_price_book_that_was_given_out_is_taken_in_and_changes_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        const string File = "code,kind,name,unit,unit_cost,unit_price,tax_rate,labour_minutes\nTAP-1,Material,=Tap,each,\"$1,008.50\",1200,8.25%,\nH-1,Labor,Hour,hour,,95.5,,60\n";

        var made = await (await SendAsync(owner, "price-book", File)).DataAsync();
        var given = await owner.GetStringAsync(new Uri("/api/v1/price-book/export", UriKind.Relative), Stop);
        var back = await (await SendAsync(owner, "price-book", given)).DataAsync();
        var changed = await (await SendAsync(owner, "price-book", "sku,price\ntap-1,1250\n")).DataAsync();

        Assert.Equal(2, (int)made["created"]!);
        Assert.Equal(2, (int)back["unchanged"]!);
        Assert.Equal(1, (int)changed["updated"]!);
        var tap = await (await owner.GetAsync($"/api/v1/price-book/{changed["results"]![0]!["id"]}", Stop)).DataAsync();
        Assert.Equal(("=Tap", "1008.50", "1250.00"), ((string?)tap["name"], (string?)tap["unit_cost"], (string?)tap["unit_price"]));
    }

    [Fact]
    public async Task A_faulty_price_says_its_line_and_its_field()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();

        var report = await (await SendAsync(owner, "price-book?dry_run=true", "code,name,price\nA,Tap,cheap\nB,Tap,\nC,Tap,-1\nD,Tap,1\nD,Tap,2\n")).DataAsync();

        var problems = report["results"]!.AsArray().Select(r => (string?)r!["problems"]!.AsArray().FirstOrDefault()).ToArray();
        Assert.Equal((1, 4), ((int)report["created"]!, (int)report["faulty"]!));
        Assert.All([problems[0], problems[1], problems[2]], p => Assert.StartsWith("unit_price", p, StringComparison.Ordinal));
        Assert.Equal("code: D stands in line 5 already.", problems[4]);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string file) => SendAsync(client, path, Encoding.UTF8.GetBytes(file));

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, byte[] file)
    {
        using var body = new ByteArrayContent(file);
        body.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return await client.PostAsync(new Uri($"/api/v1/imports/{path}", UriKind.Relative), body, Stop);
    }
}
