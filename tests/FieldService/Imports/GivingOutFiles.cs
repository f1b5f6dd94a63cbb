using System.Net;
using System.Net.Http.Json;
using System.Text;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Imports;

public sealed class GivingOutFiles(PostgresServer postgres)
{
    private static CancellationToken Stop => FieldServiceUnderTest.Stop;

    [Fact]
    public async Task Clients_go_from_one_company_to_another_and_are_the_same_there()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var north = await app.SignedInAsync();
        var other = await app.CompanyAsync("south");
        using var south = await app.SignedInAsync(other.Owner);
        await north.PostAsJsonAsync("/api/v1/clients", new { name = "=cmd()", company_name = "Müller, \"Söhne\"", email = "a@b.test", phone = "+1 555", notes = "line one\nline two" }, Stop);
        await app.SqlAsync("insert into clients (account_id, id, name) select $1, gen_random_uuid(), 'Client ' || n from generate_series(1, 2500) n", app.Company.Account);

        var file = await north.GetStringAsync(new Uri("/api/v1/clients/export", UriKind.Relative), Stop);
        using var body = new StringContent(file, Encoding.UTF8, "text/csv");
        await (await south.PostAsync(new Uri("/api/v1/imports/clients", UriKind.Relative), body, Stop)).DataAsync();

        Assert.Contains("'=cmd()", file, StringComparison.Ordinal);
        Assert.Equal(2501L, await app.ValueAsync("select count(*) from clients where account_id = $1", other.Account));
        Assert.Equal(0L, await app.ValueAsync("""
            select count(*) from (
              select name, company_name, email, phone, notes from clients where account_id = $1
              except all select name, company_name, email, phone, notes from clients where account_id = $2) different
            """, app.Company.Account, other.Account));
    }

    [Theory]
    [InlineData("properties", "property_address")]
    [InlineData("jobs", "title")]
    [InlineData("visits", "scheduled_start")]
    [InlineData("estimates", "total")]
    [InlineData("invoices", "balance")]
    [InlineData("ledger", "money")]
    public async Task Every_list_has_its_file_with_its_own_rows_only(string list, string column)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await Web.Sample.FillAsync(app);
        var other = await app.CompanyAsync("south");
        using var north = await app.SignedInAsync();
        using var south = await app.SignedInAsync(other.Owner);

        var mine = await north.GetAsync(new Uri($"/api/v1/{list}/export", UriKind.Relative), Stop);
        var theirs = await south.GetStringAsync(new Uri($"/api/v1/{list}/export", UriKind.Relative), Stop);
        var lines = (await mine.Content.ReadAsStringAsync(Stop)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/csv", mine.Content.Headers.ContentType!.MediaType);
        Assert.Contains(column, lines[0].Split(','));
        Assert.True(lines.Length > 1);
        Assert.Equal(lines[0], theirs.TrimEnd('\r', '\n'));
    }

    [Fact]
    public async Task Filters_of_the_list_are_those_of_the_file()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        using var owner = await app.SignedInAsync();
        foreach (var name in new[] { "Ada Byron", "Bob Carr" }) await owner.PostAsJsonAsync("/api/v1/clients", new { name }, Stop);

        var file = await owner.GetStringAsync(new Uri("/api/v1/clients/export?q=byron", UriKind.Relative), Stop);
        var refused = await owner.GetAsync(new Uri("/api/v1/jobs/export?status=unheard-of", UriKind.Relative), Stop);

        Assert.Contains("Ada Byron", file, StringComparison.Ordinal);
        Assert.DoesNotContain("Bob Carr", file, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
