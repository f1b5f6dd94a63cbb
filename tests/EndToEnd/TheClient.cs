using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>What a client does with a link, on their telephone, without an account.</summary>
public sealed partial class TheClient(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task Signs_an_estimate_with_a_finger()
    {
        await using var service = await DemoService.StartAsync(postgres);
        var estimate = await service.TextAsync("select id from estimates where status = 'sent' order by total_cents desc, id limit 1");
        await using var desk = await chromium.OpenAsync(service.Address);
        await desk.SignInAsync(service.Owner.Email, service.Owner.Password);
        await desk.Page.GotoAsync($"/app/estimates/{estimate}");
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "Share" }).ClickAsync();
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        await Screenshots.TakeAsync(desk.Page, "share-1440");
        var link = Link().Match(await desk.Page.Locator("#link").InnerTextAsync()).Value;
        Assert.NotEmpty(link);

        await using var phone = await chromium.OpenAsync(service.Address, 390, 844);
        var page = phone.Page;
        await page.GotoAsync(link);
        await Screenshots.TakeAsync(page, "portal-estimate-390");
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve for" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Type your name to sign.");
        await page.GetByLabel("Your name").FillAsync("Odette Hargrove");
        var pad = page.Locator("canvas");
        await pad.ScrollIntoViewIfNeededAsync();
        var box = (await pad.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 30, box.Y + 60);
        await page.Mouse.DownAsync();
        for (var step = 1; step <= 120; step++)
        {
            var (along, turn) = (step / 120f, step * Math.Tau / 18);
            await page.Mouse.MoveAsync(box.X + 30 + (250 * along) + (float)(12 * Math.Sin(turn)), box.Y + 90 - (float)(((step % 54 < 18 ? 48 : 20) * (1 - Math.Cos(turn))) / 2));
        }

        await page.Mouse.UpAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve for" }).ScrollIntoViewIfNeededAsync();
        await Screenshots.TakeAsync(page, "readme-portal", whole: false);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve for" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approved. Thank you!" })).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "portal-signed-390");

        Assert.Equal("approved|Odette Hargrove|True|32", await service.TextAsync($"""
            select concat_ws('|', e.status, d.signed_name, case when s.drawing like 'M%L%' then 'True' end, length(s.fingerprint))
            from estimates e join estimate_decisions d on d.estimate_id = e.id join estimate_signatures s on s.estimate_id = e.id where e.id = '{estimate}'
            """));
        Assert.Empty(phone.Faults.Concat(desk.Faults));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Asks_for_work_and_the_office_takes_it_on(bool script)
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var phone = await chromium.OpenAsync(service.Address, 390, 844, script: script);
        await phone.Page.GotoAsync("/book/tallgrass");
        await phone.Page.GetByLabel("What is to be done").FillAsync("The sump pump runs all night");
        await phone.Page.GetByLabel("Your name").FillAsync("Grace Hopper");
        await phone.Page.GetByLabel("Phone").FillAsync("402 555 0142");
        await Screenshots.TakeAsync(phone.Page, "book-390");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Send request" }).ClickAsync();
        await Assertions.Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Thank you");

        await using var desk = await chromium.OpenAsync(service.Address, script: script);
        await desk.SignInAsync(service.Owner.Email, service.Owner.Password);
        await desk.Page.GetByRole(AriaRole.Link, new() { Name = "new request" }).ClickAsync();
        await desk.Page.Locator("li", new() { HasText = "Grace Hopper" }).GetByRole(AriaRole.Button, new() { Name = "Take it on" }).ClickAsync();
        await Assertions.Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("The sump pump runs all night");
        Assert.Empty(phone.Faults.Concat(desk.Faults));
    }

    [GeneratedRegex("/portal/[A-Za-z0-9_-]{40,}")]
    private static partial Regex Link();
}
