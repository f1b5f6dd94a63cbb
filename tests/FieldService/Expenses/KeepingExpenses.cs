using System.Net;
using System.Net.Sockets;
using System.Text;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Expenses;

public sealed class KeepingExpenses(PostgresServer postgres)
{
    private const string Expenses = "/api/v1/expenses";
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4, 5];

    [Fact]
    public async Task A_receipt_comes_back_as_it_was_and_only_for_saving()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);
        await (await tech.ReadAsync($"{Expenses}/{id}/receipt")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");

        // What it is called and said to be counts for nothing.
        var kept = await (await SendAsync(tech, id, Png, "text/html", "../../../../etc/passwd.html")).DataAsync();
        var answer = await tech.ReadAsync($"{Expenses}/{id}/receipt");

        Assert.Equal(("image/png", 13), ((string?)kept["receipt"]!["type"], (long)kept["receipt"]!["bytes"]!));
        Assert.Equal(Png, await answer.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop));
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(("attachment", $"receipt-{id}.png"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileName));
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        var file = Assert.Single(FilesOf(app));
        Assert.Equal((string?)kept["receipt"]!["sha256"], file.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
    }

    [Fact]
    public async Task What_is_no_paper_is_refused_and_leaves_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);

        await (await SendAsync(tech, id, "<html><script>alert(1)</script>"u8.ToArray(), "image/png")).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await (await SendAsync(tech, id, "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "image/svg+xml")).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await (await SendAsync(tech, id, [0x89, (byte)'P'], "image/png")).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await (await SendAsync(tech, id, [], "image/png")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        byte[] tooLarge = [.. Png, .. new byte[(10 * 1024 * 1024) + 1 - Png.Length]];
        var announced = new HttpRequestMessage(HttpMethod.Put, $"{Expenses}/{id}/receipt") { Content = new ByteArrayContent(tooLarge) };
        announced.Headers.ExpectContinue = true;
        await (await tech.SendAsync(announced, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        // Without a length in front it is noticed while it comes in.
        var chunked = new HttpRequestMessage(HttpMethod.Put, $"{Expenses}/{id}/receipt") { Content = new StreamContent(new MemoryStream(tooLarge)) };
        chunked.Headers.TransferEncodingChunked = true;
        await (await tech.SendAsync(chunked, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");

        Assert.Empty(FilesOf(app));
        Assert.Equal(1L, await app.ValueAsync("select count(*) from expenses where receipt_sha256 is null and version = 1"));
    }

    [Fact]
    public async Task A_connection_that_is_cut_leaves_nothing()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);
        using (var line = new TcpClient())
        {
            await line.ConnectAsync(app.Address.Host, app.Address.Port, FieldServiceUnderTest.Stop);
            var head = $"PUT {Expenses}/{id}/receipt HTTP/1.1\r\nHost: {app.Address.Authority}\r\nCookie: {tech.DefaultRequestHeaders.GetValues("Cookie").Single()}\r\nContent-Length: 100000\r\n\r\n";
            await line.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. Png], FieldServiceUnderTest.Stop);
            // The file is arriving: only now is the line cut.
            while (!FilesOf(app).Any()) await Task.Yield();
            line.Client.LingerState = new LingerOption(true, 0);
        }

        while (FilesOf(app).Any()) await Task.Yield();
        Assert.Equal(1L, await app.ValueAsync("select count(*) from expenses where receipt_sha256 is null"));
        await (await SendAsync(tech, id, Png, "image/png")).DataAsync();
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_and_no_row_names_a_file_that_is_not_there()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);
        var place = Path.Combine(app.Files.FullName, app.Company.Account.ToString("N"));
        await File.WriteAllTextAsync(place, "in the way", FieldServiceUnderTest.Stop);

        await (await SendAsync(tech, id, Png, "image/png")).RefusedAsync(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");

        Assert.Equal(1L, await app.ValueAsync("select count(*) from expenses where receipt_sha256 is null and version = 1"));
        File.Delete(place);
        await (await SendAsync(tech, id, Png, "image/png")).DataAsync();
        Directory.Delete(place, recursive: true);
        await (await tech.ReadAsync($"{Expenses}/{id}/receipt")).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Nobody_else_finds_it_and_the_same_paper_of_two_companies_is_two_files()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);
        await (await SendAsync(tech, id, Png, "image/png")).DataAsync();
        var south = await app.CompanyAsync("south");
        var stranger = await app.SignedInAsync(south.Owner);
        var theirs = (string)(await (await stranger.PostAsync(Expenses, Fuel())).DataAsync(HttpStatusCode.Created))["id"]!;
        await (await SendAsync(stranger, theirs, Png, "image/png")).DataAsync();
        var office = await app.SignedInAsync();
        var ofTheOffice = (string)(await (await office.PostAsync(Expenses, Fuel())).DataAsync(HttpStatusCode.Created))["id"]!;
        await (await SendAsync(office, ofTheOffice, Png, "image/png")).DataAsync();

        foreach (var answer in new[]
                 {
                     await stranger.ReadAsync($"{Expenses}/{id}/receipt"), await SendAsync(stranger, id, Png, "image/png"), await tech.ReadAsync($"{Expenses}/{ofTheOffice}/receipt"),
                     await SendAsync(tech, ofTheOffice, Png, "image/png"), await tech.DeleteAsync($"{Expenses}/{ofTheOffice}/receipt", FieldServiceUnderTest.Stop),
                 })
        {
            await answer.RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        Assert.Equal(2, FilesOf(app).Count());
        Assert.Null((await (await tech.DeleteAsync($"{Expenses}/{id}/receipt", FieldServiceUnderTest.Stop)).DataAsync())["receipt"]);
        Assert.Equal(HttpStatusCode.OK, (await office.ReadAsync($"{Expenses}/{ofTheOffice}/receipt")).StatusCode);
    }

    [Fact]
    public async Task A_technician_spends_for_their_visit_and_the_office_decides_what_the_client_pays()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (tech, id) = await SpentAsync(app);
        var office = await app.SignedInAsync();
        var others = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Admin);

        await (await tech.PostAsync(Expenses, Fuel())).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await (await tech.PostAsync(Expenses, Fuel(others))).RefusedAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        await (await tech.PatchAsync($"{Expenses}/{id}", new { markup_rate = 50 })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await (await office.PatchAsync($"{Expenses}/{id}", new { markup_rate = 12.5, is_billable = true, is_tax_reclaimed = true })).DataAsync();
        await (await tech.PatchAsync($"{Expenses}/{id}", new { vendor = "Shell" })).DataAsync();

        var seen = await (await office.ReadAsync($"{Expenses}/{id}")).DataAsync();
        Assert.Equal((45_00, 50_63, 12.5m, "Shell"), ((long)seen["cost_cents"]!, (long)seen["charge_cents"]!, (decimal)seen["markup_rate"]!, (string?)seen["vendor"]));
        var theirs = await (await tech.ReadAsync($"{Expenses}/{id}")).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.DoesNotContain("markup", theirs, StringComparison.Ordinal);
        Assert.DoesNotContain("charge", theirs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_says_what_all_of_it_comes_to()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var office = await app.SignedInAsync();
        foreach (var (day, category, cents) in new[] { ("2026-11-01", "fuel", 1), ("2026-11-02", "fuel", 20), ("2026-11-03", "tools", 300), ("2026-12-01", "fuel", 4000) })
        {
            await (await office.PostAsync(Expenses, new { category, amount_cents = cents, spent_on = day })).DataAsync(HttpStatusCode.Created);
        }

        var answer = await (await office.ReadAsync($"{Expenses}?category=fuel&from=2026-11-01&to=2026-11-30&limit=1")).JsonAsync();

        Assert.Equal(("2026-11-02", 2, 21), ((string?)answer["data"]!.AsArray().Single()!["spent_on"], (long)answer["pagination"]!["total"]!, (long)answer["totals"]!["amount_cents"]!));
        var file = await (await office.ReadAsync($"{Expenses}/export?category=fuel&to=2026-11-01")).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
        Assert.StartsWith("spent_on,category,vendor,description,amount,tax,cost,paid_by,billable,charge,user_id,job_id,id\r\n2026-11-01,fuel,,,0.01,0.00,0.01,company,no,0.01,", file, StringComparison.Ordinal);
        foreach (var fault in new[] { "category=gold", "from=yesterday", "job_id=1", "sort=vendor", "paid_by=god" })
        {
            await (await office.ReadAsync($"{Expenses}?{fault}")).RefusedAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }
    }

    private static async Task<(HttpClient Tech, string Id)> SpentAsync(FieldServiceUnderTest app)
    {
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        return (tech, (string)(await (await tech.PostAsync(Expenses, Fuel(visit))).DataAsync(HttpStatusCode.Created))["id"]!);
    }

    private static object Fuel(Guid? visit = null) => new { category = "fuel", amount_cents = 50_00, tax_cents = 5_00, spent_on = "2026-11-20", paid_by = "employee", visit_id = visit };

    private static IEnumerable<FileInfo> FilesOf(FieldServiceUnderTest app) => app.Files.EnumerateFiles("*", SearchOption.AllDirectories);

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string id, byte[] content, string type, string? name = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"{Expenses}/{id}/receipt") { Content = new ByteArrayContent(content) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (name is not null) request.Content.Headers.TryAddWithoutValidation("Content-Disposition", $"attachment; filename=\"{name}\"");
        return client.SendAsync(request, FieldServiceUnderTest.Stop);
    }
}
