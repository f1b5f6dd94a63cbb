using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>A technician in a cellar.</summary>
public sealed class WithoutASignal(PostgresServer postgres, Chromium chromium)
{
    [Fact]
    public async Task A_visit_is_done_and_arrives_when_there_is_a_signal_again()
    {
        await using var service = await DemoService.StartAsync(postgres);
        var login = await service.TechnicianAsync("marcus");
        var visit = await service.TextAsync("select v.id from visits v join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com' and v.status = 'scheduled' and v.scheduled_start < '2026-11-25' order by v.scheduled_start limit 1");
        await service.TextAsync("with made as (insert into checklist_templates (account_id, id, name, items) select account_id, gen_random_uuid(), 'Cellar', array['Water is off', 'Floor is dry', 'Pressure in bar:'] from users where email = 'marcus@example.com' returning 1) select count(*) from made");
        await using var window = await chromium.OpenAsync(service.Address, 390, 844);
        var page = window.Page;
        await window.SignInAsync(login.Email, login.Password);
        await page.WaitForFunctionAsync("() => document.body.dataset.kept > 0");

        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync($"/app/visits/{visit}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I am there" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 change waits for a signal")).ToBeVisibleAsync();
        await page.GetByLabel("What was found and done").FillAsync("Spigot replaced; no signal down here.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save notes" }).ClickAsync();
        await Assertions.Expect(page.GetByText("2 changes wait for a signal")).ToBeVisibleAsync();
        await page.GetByText("Add a part").ClickAsync();
        await page.GetByLabel("From the price book").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Add part" }).ClickAsync();
        await Assertions.Expect(page.GetByText("3 changes wait for a signal")).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "offline-390");
        var cellar = page.GetByRole(AriaRole.Region, new() { Name = "Cellar" });
        await cellar.GetByLabel("Water is off").CheckAsync();
        await cellar.GetByLabel("Pressure in bar:").FillAsync("1.8");
        await cellar.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(page.GetByText("4 changes wait for a signal")).ToBeVisibleAsync();

        // A reload in the cellar shows what was kept, with what waits in it.
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("4 changes wait for a signal")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("What was found and done")).ToHaveValueAsync("Spigot replaced; no signal down here.");
        await Assertions.Expect(cellar.GetByLabel("Water is off")).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Finish visit" }).ClickAsync();
        await Assertions.Expect(page.GetByText("5 changes wait for a signal")).ToBeVisibleAsync();
        Assert.Equal("scheduled", await service.TextAsync($"select status from visits where id = '{visit}'"));
        // Meanwhile a colleague upstairs answers another item of the same list.
        await service.TextAsync($"""
            with done as (insert into visit_checklists (account_id, visit_id, template_id, name, items, answers, answered_by)
              select c.account_id, '{visit}', c.id, c.name, c.items, array['', 'yes', ''], (select u.id from users u where u.account_id = c.account_id and u.role = 'owner') from checklist_templates c where c.name = 'Cellar' returning 1)
            select count(*) from done
            """);

        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.Locator(".head .chip").First).ToHaveTextAsync("Completed", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator(".outbox")).ToHaveCountAsync(0);
        Assert.Equal("{yes,yes,1.8}", await service.TextAsync($"select answers::text from visit_checklists where visit_id = '{visit}'"));
        Assert.Equal("completed|Spigot replaced; no signal down here.|1", await service.TextAsync($"select concat_ws('|', status, tech_notes, (select count(*) from visit_parts p where p.visit_id = v.id)) from visits v where id = '{visit}'"));
    }

    [Fact]
    public async Task What_the_office_has_called_off_meanwhile_is_shown_and_not_dropped()
    {
        await using var service = await DemoService.StartAsync(postgres);
        var login = await service.TechnicianAsync("marcus");
        var visit = await service.TextAsync("select v.id from visits v join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com' and v.status = 'scheduled' and v.scheduled_start < '2026-11-25' order by v.scheduled_start limit 1");
        await using var window = await chromium.OpenAsync(service.Address, 390, 844);
        var page = window.Page;
        await window.SignInAsync(login.Email, login.Password);
        await page.WaitForFunctionAsync("() => document.body.dataset.kept > 0");
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync($"/app/visits/{visit}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I am there" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 change waits for a signal")).ToBeVisibleAsync();
        await service.TextAsync($"with done as (update visits set status = 'cancelled' where id = '{visit}' returning 1) select count(*) from done");

        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.GetByText("1 was refused")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("1 was refused")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Throw away" }).ClickAsync();
        await Assertions.Expect(page.Locator(".outbox")).ToHaveCountAsync(0);
    }
}
