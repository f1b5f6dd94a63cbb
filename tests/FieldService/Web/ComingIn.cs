using System.Net;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web;

public sealed class ComingIn(PostgresServer postgres)
{
    [Theory]
    [InlineData("/", HttpStatusCode.TemporaryRedirect, "/app")]
    [InlineData("/app", HttpStatusCode.TemporaryRedirect, "/login")]
    [InlineData("/app/jobs?q=a%26b&status=draft", HttpStatusCode.TemporaryRedirect, "/login?returnUrl=%2Fapp%2Fjobs%3Fq%3Da%2526b%26status%3Ddraft")]
    [InlineData("/app/invoices", HttpStatusCode.TemporaryRedirect, "/login?returnUrl=%2Fapp%2Finvoices")]
    public async Task Without_a_session_every_page_leads_to_the_sign_in_page_and_back(string path, HttpStatusCode status, string location)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await app.Client().ReadAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(location, answer.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData(null, "/app")]
    [InlineData("", "/app")]
    [InlineData("/app", "/app")]
    [InlineData("/app/jobs?q=a b&page=2", "/app/jobs?q=a%20b&page=2")]
    [InlineData("/app/jobs?q=für", "/app/jobs?q=f%C3%BCr")]
    [InlineData("/app?x", "/app?x")]
    [InlineData("/application", "/app")]
    [InlineData("/login", "/app")]
    [InlineData("/api/v1/jobs", "/app")]
    [InlineData("https://elsewhere.example/app", "/app")]
    [InlineData("//elsewhere.example/app", "/app")]
    [InlineData("/\\elsewhere.example/app", "/app")]
    [InlineData("\\\\elsewhere.example", "/app")]
    [InlineData("/app/..//elsewhere.example", "/app")]
    [InlineData("/app/../login", "/app")]
    [InlineData("/app/%2e%2e/login", "/app")]
    [InlineData("/app\r\nSet-Cookie: a=b", "/app")]
    [InlineData("/app@elsewhere.example", "/app")]
    [InlineData("@elsewhere.example/app", "/app")]
    [InlineData(":80@elsewhere.example/app", "/app")]
    [InlineData(" /app/jobs", "/app")]
    [InlineData("javascript:alert(1)", "/app")]
    public async Task After_signing_in_people_stay_in_this_application(string? asked, string expected)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await FormAsync(app.Client(), "/login", ("email", app.Company.Owner.Email), ("password", FieldServiceUnderTest.Password), ("returnUrl", asked));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(expected, answer.Headers.Location!.ToString());
        Assert.StartsWith("session=", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("owner@north.test", "wrong password", HttpStatusCode.Unauthorized, "E-mail or password is wrong.")]
    [InlineData("nobody@north.test", "wrong password", HttpStatusCode.Unauthorized, "E-mail or password is wrong.")]
    [InlineData("owner\0@north.test", "wrong password", HttpStatusCode.BadRequest, "Enter your e-mail and your password.")]
    [InlineData("", "wrong password", HttpStatusCode.BadRequest, "Enter your e-mail and your password.")]
    [InlineData("owner@north.test", null, HttpStatusCode.BadRequest, "Enter your e-mail and your password.")]
    public async Task What_is_wrong_is_said_on_the_page(string email, string? password, HttpStatusCode status, string message)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await FormAsync(app.Client(), "/login", ("email", email), ("password", password));

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(message, await HtmlAsync(answer), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Whoever_guesses_is_told_how_long_to_wait()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        for (var i = 0; i < 5; i++) await FormAsync(app.Client(), "/login", ("email", app.Company.Tech.Email), ("password", "wrong password"));
        app.Clock.Advance(TimeSpan.FromMinutes(4));

        var answer = await FormAsync(app.Client(), "/login", ("email", app.Company.Tech.Email), ("password", FieldServiceUnderTest.Password));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(11), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("Try again in 11 minutes.", await HtmlAsync(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("Origin", "null")]
    public async Task Another_sites_form_can_neither_sign_in_nor_out(string header, string value)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var stranger = await app.SignedInAsync();
        stranger.DefaultRequestHeaders.Add(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await FormAsync(stranger, "/login", ("email", app.Company.Owner.Email), ("password", FieldServiceUnderTest.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await FormAsync(stranger, "/logout")).StatusCode);

        Assert.Equal(1L, await app.ValueAsync("select count(*) from sessions where revoked_at is null"));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_leads_to_the_sign_in_page()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");

        var answer = await FormAsync(client, "/logout");

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/login", answer.Headers.Location!.ToString());
        Assert.Equal(1L, await app.ValueAsync("select count(*) from sessions where revoked_at is not null"));
        Assert.Equal("/login", (await FormAsync(client, "/logout")).Headers.Location!.ToString());
    }

    [Fact]
    public async Task Who_is_signed_in_need_not_sign_in_again()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var answer = await (await app.SignedInAsync()).ReadAsync("/login?returnUrl=/app/jobs");

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/app/jobs", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_script_is_told_and_not_sent_to_a_page_it_cannot_read()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var fetch = new HttpRequestMessage(HttpMethod.Get, "/app/jobs") { Headers = { { "Sec-Fetch-Mode", "cors" }, { "Accept", "application/json" } } };
        await (await app.Client().SendAsync(fetch, FieldServiceUnderTest.Stop)).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");

        var htmx = new HttpRequestMessage(HttpMethod.Get, "/app/jobs?page=2") { Headers = { { "HX-Request", "true" }, { "HX-Current-URL", $"{app.Address}app/jobs?status=draft" }, { "Sec-Fetch-Mode", "cors" } } };
        var answer = await app.Client().SendAsync(htmx, FieldServiceUnderTest.Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("/login?returnUrl=%2Fapp%2Fjobs%3Fstatus%3Ddraft", answer.Headers.GetValues("HX-Redirect").Single());
    }

    [Fact]
    public async Task Every_page_says_who_may_see_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var loader = app.App.Services.GetRequiredService<PageLoader>();
        var pages = app.App.Services.GetRequiredService<IActionDescriptorCollectionProvider>().ActionDescriptors.Items.OfType<PageActionDescriptor>().ToList();

        Assert.Contains(pages, page => page.AttributeRouteInfo?.Template == "app/invoices/{id:guid}");
        foreach (var page in pages)
        {
            var marks = (await loader.LoadAsync(page, EndpointMetadataCollection.Empty)).ModelTypeInfo!.GetCustomAttributes(inherit: true);
            Assert.True(marks.Any(mark => mark is RequiresAttribute or IAllowAnonymous), $"{page.RelativePath} names nobody");
        }
    }

    [Fact]
    public async Task Pages_allow_nothing_but_the_files_of_this_build_and_leave_no_copy()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.SignedInAsync();

        foreach (var path in (string[])["/login?returnUrl=x", "/app", "/app/jobs", "/app/invoices", "/app/nothing"])
        {
            var answer = await (path.StartsWith("/login", StringComparison.Ordinal) ? app.Client() : client).ReadAsync(path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl!.NoStore, path);
        }
    }

    [Fact]
    public async Task No_keys_are_left_on_disk()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await (await app.SignedInAsync()).ReadAsync("/app");

        Assert.IsType<Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider>(app.App.Services.GetRequiredService<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>());
        Assert.DoesNotContain(app.App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(), service => service.GetType().FullName!.Contains("DataProtection", StringComparison.Ordinal));
    }

    internal static Task<HttpResponseMessage> FormAsync(HttpClient client, string path, params (string Name, string? Value)[] fields) =>
        client.PostAsync(path, new FormUrlEncodedContent(fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value!))), FieldServiceUnderTest.Stop);

    internal static Task<string> HtmlAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);
}
