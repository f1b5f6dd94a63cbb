using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>Two people of the office, each at their own desk.</summary>
public sealed class TwoPeople(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task Who_change_the_same_thing_are_told_and_none_of_it_is_lost()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var desk = await chromium.OpenAsync(service.Address);
        await using var other = await chromium.OpenAsync(service.Address, 390, 844);
        var maria = await service.TextAsync("select email from users where role = 'admin' order by full_name limit 1");
        var name = await service.TextAsync("select full_name from users where role = 'admin' order by full_name limit 1");
        await service.TechnicianAsync(maria.Split('@')[0]);
        await desk.SignInAsync(service.Owner.Email, service.Owner.Password);
        await other.SignInAsync(maria, service.Owner.Password);
        var invoice = await service.TextAsync("select id from invoices where status = 'draft' order by id limit 1");

        await desk.Page.GotoAsync($"/app/invoices/{invoice}/edit");
        await ListeningAsync(desk.Page);
        await desk.Page.GetByLabel("Text for the client").FillAsync("Written by the owner");
        await other.Page.GotoAsync($"/app/invoices/{invoice}/edit");
        await Assertions.Expect(desk.Page.Locator("#note-editors")).ToHaveTextAsync($"{name} is editing this too.", new() { Timeout = 30_000 });
        await Assertions.Expect(other.Page.Locator("#note-editors")).ToContainTextAsync("is editing this too.");
        await Screenshots.TakeAsync(other.Page, "two-people-390");

        await other.Page.GetByLabel("Text for the client").FillAsync("Written by the admin");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(desk.Page.Locator("#note-changed")).ToContainTextAsync($"{name} has just changed this.", new() { Timeout = 30_000 });
        await Screenshots.TakeAsync(desk.Page, "two-people-1440");
        // What was written stands there still, and a save that comes too late is refused with a way to look at what is there now.
        await Assertions.Expect(desk.Page.GetByLabel("Text for the client")).ToHaveValueAsync("Written by the owner");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(desk.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody has changed this meanwhile. Nothing was saved");
        await Assertions.Expect(desk.Page.GetByRole(AriaRole.Link, new() { Name = "See it as it is now" })).ToHaveAttributeAsync("href", $"/app/invoices/{invoice}");
        await Assertions.Expect(desk.Page.GetByLabel("Text for the client")).ToHaveValueAsync("Written by the owner");
        Assert.Equal("Written by the admin", await service.TextAsync($"select notes from invoices where id = '{invoice}'"));
    }

    private static Task ListeningAsync(IPage page) => page.Locator("main[data-hears]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
}
