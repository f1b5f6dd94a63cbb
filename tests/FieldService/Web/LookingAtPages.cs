using System.Net;
using System.Text.RegularExpressions;
using Outpost.FieldService.Demo;
using Outpost.Platform.Roles;
using Outpost.FieldService.Web.Pages;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

public sealed partial class LookingAtPages(PostgresServer postgres)
{
    [Fact]
    public async Task Another_accounts_things_are_not_there()
    {
        await using var app = await DemoAsync();
        var stranger = await app.SignedInAsync();

        foreach (var path in (string[])[$"/app/jobs/{await app.ValueAsync("select id from jobs limit 1")}", $"/app/invoices/{await app.ValueAsync("select id from invoices limit 1")}", $"/app/jobs/{Guid.NewGuid()}", "/app/jobs/12", "/nowhere"])
        {
            var answer = await stranger.ReadAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
            Assert.Contains("There is nothing here", await ComingIn.HtmlAsync(answer), StringComparison.Ordinal);
        }

        Assert.Contains("No jobs yet.", await ComingIn.HtmlAsync(await stranger.ReadAsync("/app/jobs")), StringComparison.Ordinal);
        Assert.Contains("Welcome to Outpost.", await ComingIn.HtmlAsync(await stranger.ReadAsync("/app")), StringComparison.Ordinal);
        Assert.Contains("No invoices yet.", await ComingIn.HtmlAsync(await stranger.ReadAsync("/app/invoices")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_technician_sees_the_own_jobs_and_no_money()
    {
        await using var app = await DemoAsync();
        var account = (Guid)(await app.ValueAsync("select id from accounts where settings ? 'demo'"))!;
        var marcus = await InDemoAsync(app, "marcus@example.com");

        Assert.Contains($"All <span class=\"count\">{await app.ValueAsync("select count(distinct v.job_id) from visits v join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com'")}</span>",
            await ComingIn.HtmlAsync(await marcus.ReadAsync("/app/jobs")), StringComparison.Ordinal);
        var others = await app.ValueAsync("select j.id from jobs j where j.account_id = $1 and not exists (select from visits v join users u on u.id = v.assigned_user_id where v.job_id = j.id and u.email = 'marcus@example.com') limit 1", account);
        Assert.Equal(HttpStatusCode.NotFound, (await marcus.ReadAsync($"/app/jobs/{others}")).StatusCode);
        var own = await app.ValueAsync("select i.job_id from invoices i join visits v on v.job_id = i.job_id join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com' limit 1");
        Assert.DoesNotContain("$", await ComingIn.HtmlAsync(await marcus.ReadAsync($"/app/jobs/{own}")), StringComparison.Ordinal);
        Assert.DoesNotContain("$", await ComingIn.HtmlAsync(await marcus.ReadAsync("/app")), StringComparison.Ordinal);
        foreach (var path in (string[])["/app/invoices", $"/app/invoices/{await app.ValueAsync("select id from invoices limit 1")}"])
        {
            var answer = await marcus.ReadAsync(path);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("Only owner and admin may do this.", await ComingIn.HtmlAsync(answer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_outstanding_counts_no_draft_and_nothing_void()
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");
        var cents = Convert.ToInt64(await app.ValueAsync("select sum(total_cents - paid_cents) from invoices where status in ('sent', 'partial', 'overdue')"), System.Globalization.CultureInfo.InvariantCulture);
        var outstanding = $"<dd>{new Kernel.Money(cents).In("USD")}</dd>";

        Assert.Contains(outstanding, await ComingIn.HtmlAsync(await office.ReadAsync("/app")), StringComparison.Ordinal);
        Assert.Contains(outstanding, await ComingIn.HtmlAsync(await office.ReadAsync("/app/invoices")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invoice_is_overdue_from_the_morning_after_its_day_in_the_companys_zone()
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");
        await app.SqlAsync("update accounts set time_zone = 'Pacific/Auckland' where settings ? 'demo'");
        var invoice = $"/app/invoices/{await app.ValueAsync("select id from invoices where status = 'sent' and due_date > '2026-11-22' order by due_date limit 1")}";
        var due = (DateOnly)(await app.ValueAsync("select due_date from invoices where id = $1", Guid.Parse(invoice[^36..])))!;

        // Auckland is thirteen hours ahead in November: the day after begins there at eleven in the morning, UTC.
        app.Clock.Advance(due.ToDateTime(new TimeOnly(10, 59), DateTimeKind.Utc) - app.Clock.GetUtcNow());
        office = await InDemoAsync(app, "office@example.com");
        Assert.DoesNotContain(">Overdue<", await ComingIn.HtmlAsync(await office.ReadAsync(invoice)), StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains(">Overdue<", await ComingIn.HtmlAsync(await office.ReadAsync(invoice)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/app/jobs?page=2", "51–100 of ")]
    [InlineData("/app/jobs?page=-1", "1–50 of ")]
    [InlineData("/app/jobs?page=99999999999", "1–50 of ")]
    [InlineData("/app/jobs?status=nonsense", "1–50 of ")]
    [InlineData("/app/jobs?page=9000", "This page is empty.")]
    [InlineData("/app/jobs?q=%25", "No job matches.")]
    [InlineData("/app/jobs?q=_", "No job matches.")]
    [InlineData("/app/jobs?q=%00", "1–50 of ")]
    [InlineData("/app/jobs?q=%5C&status=draft", "No job matches.")]
    [InlineData("/app/invoices?q=inv-0001", "INV-0001")]
    [InlineData("/app/invoices?page=7", "This page is empty.")]
    [InlineData("/app/invoices?q=zeppelin", "No invoice matches.")]
    public async Task A_list_takes_whatever_stands_in_the_address(string path, string expected)
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");

        var answer = await office.ReadAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(expected, await ComingIn.HtmlAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Turning_the_pages_shows_every_job_once()
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");
        List<string> seen = [];

        var path = "/app/jobs";
        for (var page = 1; path is not null; page++)
        {
            Assert.True(page <= 20, "There is a next page after the last.");
            var html = await ComingIn.HtmlAsync(await office.ReadAsync(path));
            seen.AddRange(JobLink().Matches(html).Select(m => m.Groups[1].Value));
            path = NextLink().Match(html) is { Success: true } next ? WebUtility.HtmlDecode(next.Groups[1].Value) : null;
        }

        Assert.Equal(await app.ValueAsync("select count(*) from jobs"), (long)seen.Count);
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task What_people_write_is_shown_as_they_wrote_it()
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");
        await app.SqlAsync("update jobs set title = '<script>alert(1)</script> & \"Söhne\"'");

        var html = await ComingIn.HtmlAsync(await office.ReadAsync("/app/jobs?q=%22%3E%3Cscript%3E"));
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        html = await ComingIn.HtmlAsync(await office.ReadAsync("/app/jobs"));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Söhne&quot;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_browsers_files_need_no_session_are_kept_for_good_and_change_their_address_with_their_content()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var html = await ComingIn.HtmlAsync(await app.Client().ReadAsync("/login"));
        var path = StyleLink().Match(html).Groups[1].Value;

        var answer = await app.Client().ReadAsync(path);

        Assert.Equal("text/css", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", answer.Headers.CacheControl!.ToString());
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync(FieldServiceUnderTest.Stop)).Length, 5_000, 49_152);
        var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await app.Client().SendAsync(again, FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal("no-cache", (await app.Client().ReadAsync("/assets/app.css?v=other")).Headers.CacheControl!.ToString());
        foreach (var wrong in (string[])["/assets/none.css", "/assets/../Migrations/0001_accounts_and_users.sql", "/assets/%2e%2e%2fMigrations/0001_accounts_and_users.sql", "/assets/"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await app.Client().ReadAsync(wrong)).StatusCode);
        }
    }

    [Fact]
    public async Task A_fault_of_ours_is_a_page_with_a_number_to_name_and_without_a_secret()
    {
        await using var app = await DemoAsync();
        var office = await InDemoAsync(app, "office@example.com");
        await app.SqlAsync("alter table visits rename to elsewhere");

        var answer = await office.ReadAsync("/app");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var html = await ComingIn.HtmlAsync(answer);
        Assert.Contains("name this number", html, StringComparison.Ordinal);
        Assert.DoesNotContain("visits", html, StringComparison.Ordinal);
    }

    private async Task<FieldServiceUnderTest> DemoAsync()
    {
        var app = await FieldServiceUnderTest.StartAsync(postgres);
        await DemoCompany.FillAsync(app.Database.OwnerSource, DemoSize.Small, app.Clock, FieldServiceUnderTest.Stop);
        return app;
    }

    /// <summary>Somebody of the demo company, let in with the password of the tests.</summary>
    private static async Task<HttpClient> InDemoAsync(FieldServiceUnderTest app, string email)
    {
        await app.SqlAsync("update users set password_hash = (select password_hash from users where email = $2) where email = $1", email, app.Company.Owner.Email);
        return await app.SignedInAsync(new(Guid.Empty, email));
    }

    [GeneratedRegex("href=\"/app/jobs/([0-9a-f-]{36})\"")]
    private static partial Regex JobLink();

    [GeneratedRegex("rel=\"next\" href=\"([^\"]+)\"")]
    private static partial Regex NextLink();

    [GeneratedRegex("rel=\"stylesheet\" href=\"([^\"]+)\"")]
    private static partial Regex StyleLink();
}
