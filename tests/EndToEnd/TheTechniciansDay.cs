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
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Who and where" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Move the visit" })).ToHaveCountAsync(0);
        Assert.DoesNotContain("$", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        await Screenshots.TakeAsync(page, "technician-visit-390");

        // The next visit is begun and ended with one button each, and what was found is written down.
        var next = await service.TextAsync("""
            select v.id from visits v join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com' and v.status = 'scheduled' order by v.scheduled_start limit 1
            """);
        await page.GotoAsync($"/app/visits/{next}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I am there" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Finish visit" })).ToBeVisibleAsync();
        await page.GetByLabel("What was found and done").FillAsync("Valve was stuck, freed it.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save notes" }).ClickAsync();
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("Notes saved.");
        await page.GetByText("Add a part").ClickAsync();
        await page.GetByLabel("From the price book").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Add part" }).ClickAsync();
        await Assertions.Expect(page.Locator("section[aria-labelledby=parts] .items > li")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Finish visit" }).ClickAsync();
        await Assertions.Expect(page.Locator(".head .chip").First).ToHaveTextAsync("Completed");
        Assert.Equal("completed|Valve was stuck, freed it.|1", await service.TextAsync($"select concat_ws('|', status, tech_notes, (select count(*) from visit_parts p where p.visit_id = v.id)) from visits v where id = '{next}'"));

        await page.GotoAsync("/app/invoices");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Not for you");
        Assert.Empty(window.Faults);
    }
}
