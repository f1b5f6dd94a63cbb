using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

public sealed class TheTechniciansDay(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task Shows_the_own_visits_in_the_companys_time_and_no_money()
    {
        await using var service = await DemoService.StartAsync(postgres);
        var login = await service.TechnicianAsync("marcus");
        await using var window = await chromium.OpenAsync(service.Address, 390, 844);
        var page = window.Page;

        await window.SignInAsync(login.Email, login.Password);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Good morning, Marcus");
        await Assertions.Expect(page.GetByText("Tuesday, November 24")).ToBeVisibleAsync();
        var mine = int.Parse(await service.TextAsync("""
            select count(*) from visits v join users u on u.id = v.assigned_user_id
            where u.email = 'marcus@example.com' and v.status <> 'cancelled' and (v.scheduled_start at time zone 'America/Chicago')::date = '2026-11-24'
            """), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(mine, 1, 8);
        await Assertions.Expect(page.Locator(".day > li")).ToHaveCountAsync(mine);
        await Screenshots.TakeAsync(page, "technician-390");
        Assert.DoesNotContain("$", await page.InnerTextAsync("body"), StringComparison.Ordinal);

        await page.Locator(".day h3 a").First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Visits" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Invoices" })).ToHaveCountAsync(0);
        Assert.DoesNotContain("$", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        await Screenshots.TakeAsync(page, "technician-job-390");

        await page.GotoAsync("/app/invoices");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Not for you");
        Assert.Empty(window.Faults);
    }
}
