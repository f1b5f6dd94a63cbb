using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

public sealed class SigningIn(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task Needs_no_mouse()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address);
        var page = window.Page;

        await page.GotoAsync("/");
        await page.WaitForURLAsync("**/login");
        // The page puts the cursor there by itself, some time after it is loaded.
        await Assertions.Expect(page.GetByLabel("E-mail")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(service.Owner.Email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(service.Owner.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/app");

        // The first stop leads past the navigation; whoever takes it goes on in the page itself.
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.EvaluateAsync<bool>("() => document.activeElement.closest('main') !== null"));
        Assert.True(await page.EvaluateAsync<bool>("() => getComputedStyle(document.activeElement).outlineStyle === 'solid'"));

        await page.GotoAsync("/app");
        for (var i = 0; i < 12 && await FocusedAsync(page) != "Sign out"; i++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/login");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Tells_what_is_wrong_and_keeps_the_e_mail()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address);
        var page = window.Page;

        await page.GotoAsync("/login");
        await page.GetByLabel("E-mail").FillAsync(service.Owner.Email);
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("E-mail or password is wrong.");
        await Assertions.Expect(page.GetByLabel("E-mail")).ToHaveValueAsync(service.Owner.Email);
        await Assertions.Expect(page.GetByLabel("Password")).ToHaveValueAsync("");
        await Assertions.Expect(page.GetByLabel("Password")).ToBeFocusedAsync();
        await Screenshots.TakeAsync(page, "login-wrong");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Leads_back_to_the_page_that_was_asked_for()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address);
        var page = window.Page;

        await page.GotoAsync("/app/jobs?q=water%20heater&status=invoiced");
        await page.GetByLabel("E-mail").FillAsync(service.Owner.Email);
        await page.GetByLabel("Password").FillAsync(service.Owner.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await page.WaitForURLAsync("**/app/jobs?q=water%20heater&status=invoiced");
        await Assertions.Expect(page.GetByLabel("Search jobs by title, client or address")).ToHaveValueAsync("water heater");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Is_over_everywhere_after_signing_out()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address);
        var page = window.Page;
        await window.SignInAsync(service.Owner.Email, service.Owner.Password);
        await page.GotoAsync("/app/invoices");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/login");
        await page.GoBackAsync();

        // Nothing of the list is left in the browser for the next person at this desk.
        await page.WaitForURLAsync("**/login*");
        Assert.DoesNotContain("INV-", await page.ContentAsync(), StringComparison.Ordinal);
    }

    private static Task<string> FocusedAsync(IPage page) => page.EvaluateAsync<string>("() => document.activeElement.textContent.trim()");
}
