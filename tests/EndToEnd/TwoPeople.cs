using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>Two people of the office, each at their own desk.</summary>
public sealed class TwoPeople(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task See_what_the_other_changes_without_doing_anything()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var desk = await chromium.OpenAsync(service.Address);
        await using var other = await chromium.OpenAsync(service.Address);
        var login = await service.TechnicianAsync("marcus");
        await desk.SignInAsync(service.Owner.Email, service.Owner.Password);
        await other.SignInAsync(service.Owner.Email, service.Owner.Password);
        await desk.Page.GotoAsync("/app/schedule");
        await ListeningAsync(desk.Page);
        var visit = desk.Page.Locator(".lane[aria-label='Not assigned'] .visit").First;
        var id = await visit.GetAttributeAsync("data-visit");
        await desk.Page.EvaluateAsync("() => { window.here = true; document.querySelector('.when-nav').mark = 'the same'; }");

        await other.Page.GotoAsync($"/app/visits/{id}");
        await other.Page.GetByLabel("Marcus Bell").CheckAsync();
        await other.Page.GetByLabel("From", new() { Exact = true }).FillAsync("16:30");
        await other.Page.GetByLabel("To", new() { Exact = true }).FillAsync("17:15");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(other.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Moved.");
        Assert.Equal("16:30 marcus@example.com", await service.TextAsync($"select to_char(v.local_start, 'HH24:MI') || ' ' || u.email from visits v join users u on u.id = v.assigned_user_id where v.id = '{id}'"));

        var moved = desk.Page.Locator(".lane[aria-label='Marcus Bell']").Locator($"[data-visit='{id}']");
        await Assertions.Expect(moved).ToBeVisibleAsync(new() { Timeout = 30_000 });

        // The page is the one that was there, and what did not change was not touched; what came anew can be dragged like the rest.
        Assert.Equal("the same", await desk.Page.EvaluateAsync<string>("() => window.here && document.querySelector('.when-nav').mark"));
        await Assertions.Expect(moved).ToHaveAttributeAsync("draggable", "true");

        // And the technician's telephone knows of it.
        await using var phone = await chromium.OpenAsync(service.Address, 390, 844);
        await phone.SignInAsync(login.Email, login.Password);
        await ListeningAsync(phone.Page);
        var before = await phone.Page.Locator(".day > li").CountAsync();
        await other.Page.GotoAsync($"/app/visits/{id}");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Call the visit off" }).ClickAsync();
        await other.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Call the visit off" }).ClickAsync();
        await Assertions.Expect(phone.Page.Locator(".day > li")).ToHaveCountAsync(before - 1, new() { Timeout = 30_000 });
        Assert.Empty(desk.Faults.Concat(other.Faults).Concat(phone.Faults));
    }

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

    [Fact]
    public async Task Lose_nothing_that_is_half_done_when_the_other_changes_the_page()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var desk = await chromium.OpenAsync(service.Address);
        await using var other = await chromium.OpenAsync(service.Address);
        await desk.SignInAsync(service.Owner.Email, service.Owner.Password);
        await other.SignInAsync(service.Owner.Email, service.Owner.Password);
        var visit = await service.TextAsync("select id from visits where status = 'in_progress' order by id limit 1");
        await desk.Page.GotoAsync($"/app/visits/{visit}");
        await ListeningAsync(desk.Page);

        // Half a signature, a part that is half written, and something merely opened.
        await desk.Page.GetByText("The client signs").ClickAsync();
        var pad = desk.Page.Locator("canvas.signature").First;
        await pad.ScrollIntoViewIfNeededAsync();
        var box = (await pad.BoundingBoxAsync())!;
        await desk.Page.Mouse.MoveAsync(box.X + 40, box.Y + 40);
        await desk.Page.Mouse.DownAsync();
        await desk.Page.Mouse.MoveAsync(box.X + 160, box.Y + 90, new() { Steps = 5 });
        await desk.Page.Mouse.UpAsync();
        await desk.Page.GetByText("Add a part").ClickAsync();
        await desk.Page.Locator("section[aria-labelledby=parts] textarea, section[aria-labelledby=parts] input[name*=description]").First.FillAsync("Half a sentence");
        await desk.Page.EvaluateAsync("() => { document.activeElement.blur(); document.addEventListener('outpost:fresh', () => { window.fresh = true; }); document.querySelector('section[aria-labelledby=signatures]').mark = 'the same'; }");
        var drawn = await desk.Page.Locator("[name=drawing]").First.InputValueAsync();
        Assert.StartsWith("M", drawn, StringComparison.Ordinal);

        await other.Page.GotoAsync($"/app/visits/{visit}");
        await other.Page.GetByLabel("What was found and done").FillAsync("The trap was cracked.");
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Save notes" }).ClickAsync();
        await Assertions.Expect(desk.Page.GetByLabel("What was found and done")).ToHaveValueAsync("The trap was cracked.", new() { Timeout = 30_000 });

        Assert.True(await desk.Page.EvaluateAsync<bool>("() => window.fresh"));
        Assert.Equal("the same", await desk.Page.EvaluateAsync<string>("() => document.querySelector('section[aria-labelledby=signatures]').mark"));
        Assert.Equal(drawn, await desk.Page.Locator("[name=drawing]").First.InputValueAsync());
        Assert.True(await pad.EvaluateAsync<bool>("canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0)"));
        await Assertions.Expect(desk.Page.Locator("section[aria-labelledby=parts] textarea, section[aria-labelledby=parts] input[name*=description]").First).ToHaveValueAsync("Half a sentence");
        Assert.Empty(desk.Faults.Concat(other.Faults));
    }

    private static Task ListeningAsync(IPage page) => page.Locator("main[data-hears]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
}
