using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Npgsql;
using Outpost.FieldService;
using Outpost.FieldService.Demo;
using Outpost.Platform.Migrations;
using Outpost.Platform.Roles;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>
/// One piece of work from the first request to the money, by everybody who has to do with it, each in a browser of their own; and the server is killed while the
/// technician is in the cellar.
/// </summary>
public sealed partial class TheWholeLife(PostgresServer postgres, Chromium chromium)
{
    private const string Wish = "The sump pump runs all night";

    // As large as a telephone's camera makes them: a plain grey picture of 2400 by 1800, as PNG.
    private static readonly byte[] Picture = Png.Grey(2400, 1800);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1440, true)]
    [InlineData(390, true)]
    [InlineData(390, false)]
    public async Task Of_a_job(int width, bool script)
    {
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(FieldServiceApp).Assembly), Stop);
        var owner = (await DemoCompany.FillAsync(database.OwnerSource, DemoSize.Small, new Clock(DemoService.Now), Stop)).Login!;
        await RunAsync(database, "update users set password_hash = (select password_hash from users where email = $1) where email = 'marcus@example.com'", owner.Email);
        await using var web = await WebProcess.StartAsync(database, DemoService.Now);
        await using var client = await chromium.OpenAsync(web.Address, width, script: script);
        await using var office = await chromium.OpenAsync(web.Address, width, script: script);
        await using var phone = await chromium.OpenAsync(web.Address, width, script: script);

        await BookAsync(client.Page);
        await office.SignInAsync(owner.Email, owner.Password);
        await office.Page.GetByRole(AriaRole.Link, new() { Name = "new request" }).ClickAsync();
        await office.Page.Locator("li", new() { HasText = "Grace Hopper" }).GetByRole(AriaRole.Button, new() { Name = "Take it on" }).ClickAsync();
        await Assertions.Expect(Heading(office.Page)).ToHaveTextAsync(Wish);
        var job = new Uri(office.Page.Url).AbsolutePath;

        await office.Page.GetByRole(AriaRole.Link, new() { Name = "Make one" }).ClickAsync();
        await Heading(office.Page).WaitForAsync();
        var line = office.Page.Locator("[data-line]").First;
        await line.GetByLabel("Description").FillAsync("New float switch, fitted");
        await line.GetByLabel("Quantity").FillAsync("1");
        await line.GetByLabel("Price").FillAsync("480");
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Save draft" }).ClickAsync();
        await Assertions.Expect(office.Page.Locator(".head .chip").First).ToHaveTextAsync("Draft");
        var estimate = new Uri(office.Page.Url).AbsolutePath;
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
        await ApproveAsync(client.Page, await LinkAsync(office.Page), script);

        await office.Page.GotoAsync(job);
        await office.Page.GetByLabel("Day").FillAsync("2026-11-24");
        await office.Page.GetByLabel("From").FillAsync("16:30");
        await office.Page.GetByLabel("To", new() { Exact = true }).FillAsync("17:30");
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Book visit" }).ClickAsync();
        await Assertions.Expect(office.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Visit booked.");
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Mark as scheduled" }).ClickAsync();
        await Assertions.Expect(office.Page.Locator(".head .chip").First).ToHaveTextAsync("Scheduled");
        var visit = await TextAsync(database, $"select v.id from visits v join jobs j on j.id = v.job_id where j.title = '{Wish}'");
        await DispatchAsync(office.Page, visit, drags: script && width > 1000);

        await phone.SignInAsync("marcus@example.com", owner.Password);
        if (script) await WorkInTheCellarAsync(phone.Page, web, visit);
        else await WorkAsync(phone.Page, visit);
        Assert.Equal("completed|Float switch replaced, pump tested.|1", await TextAsync(database, $"select concat_ws('|', status, tech_notes, (select count(*) from visit_parts p where p.visit_id = v.id)) from visits v where id = '{visit}'"));

        await office.Page.GotoAsync(job);
        await Assertions.Expect(office.Page.Locator(".head .chip").First).ToHaveTextAsync("Completed");
        await office.Page.GotoAsync(estimate);
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Make the invoice" }).ClickAsync();
        await ConfirmAsync(office.Page, "Send", script);
        await Assertions.Expect(Heading(office.Page)).ToContainTextAsync("Invoice INV-");
        var invoice = new Uri(office.Page.Url).AbsolutePath;
        await office.Page.GetByRole(AriaRole.Link, new() { Name = "Share" }).ClickAsync();
        var bill = await LinkAsync(office.Page);
        await client.Page.GotoAsync(bill);
        await Assertions.Expect(client.Page.Locator(".balance dt")).ToHaveTextAsync("To be paid");

        await office.Page.GotoAsync(invoice);
        var due = (await office.Page.Locator(".balance dd").InnerTextAsync()).Trim();
        await office.Page.GetByLabel("Amount", new() { Exact = true }).First.FillAsync(due);
        await office.Page.GetByRole(AriaRole.Button, new() { Name = "Record payment" }).ClickAsync();
        await Assertions.Expect(office.Page.Locator(".head .chip").First).ToHaveTextAsync("Paid");
        await client.Page.ReloadAsync();
        await Assertions.Expect(client.Page.Locator(".balance dt")).ToHaveTextAsync("Paid");
        await Assertions.Expect(client.Page.Locator(".balance dd")).ToHaveTextAsync(due);

        Assert.Equal($"taken|invoiced|approved|Grace Hopper|{(script ? "drawn" : "typed")}|completed|paid|0|{due}|1", await TextAsync(database, """
            select concat_ws('|', b.status, j.status, e.status, d.signed_name, case when s.drawing like 'M%L%' then 'drawn' else 'typed' end, v.status, i.status, i.balance_cents,
                             to_char(i.paid_cents / 100.0, '"$"FM999,990.00'), (select count(*) from payments p where p.invoice_id = i.id and p.amount_cents = i.total_cents))
            from booking_requests b join jobs j on j.id = b.job_id join visits v on v.job_id = j.id join estimates e on e.job_id = j.id
            join estimate_decisions d on d.estimate_id = e.id join estimate_signatures s on s.estimate_id = e.id
            join invoices i on i.estimate_id = e.id and i.job_id = j.id and i.total_cents = e.total_cents
            where b.name = 'Grace Hopper'
            """));
        Assert.Equal($"client:Grace Hopper:{(script ? "drawn" : "typed")},technician:Marcus Bell:typed|{(script ? "The new switch:1600" : "")}", await TextAsync(database, $"""
            select concat((select string_agg(concat_ws(':', role, name, case when drawing like 'M%L%' then 'drawn' else 'typed' end), ',' order by role) from visit_signatures where visit_id = '{visit}'), '|',
                          (select string_agg(concat_ws(':', caption, width), ',') from visit_photos where visit_id = '{visit}'))
            """));
        // Nothing was done twice, and everything that was done stands in the history, which holds.
        Assert.Equal("1|1|1|1|1", await TextAsync(database, $"""
            select concat_ws('|', (select count(*) from clients where name = 'Grace Hopper'), (select count(*) from jobs where title = '{Wish}'), (select count(*) from visits v join jobs j on j.id = v.job_id where j.title = '{Wish}'),
                             (select count(*) from invoices i join clients c on c.id = i.client_id where c.name = 'Grace Hopper'), (select count(*) from visit_parts where visit_id = '{visit}'))
            """));
        var history = await office.Page.Context.APIRequest.GetAsync("/api/v1/audit/verify");
        Assert.True(history.Ok, await history.TextAsync());
        // While there was no server, a page that listens said so in its console.
        Assert.DoesNotContain(client.Faults.Concat(office.Faults), fault => !fault.StartsWith("error: Failed to load resource: net::ERR_", StringComparison.Ordinal) && !(fault.Contains("/app/events", StringComparison.Ordinal) && fault.Contains(": net::ERR_", StringComparison.Ordinal)));
    }

    private static async Task BookAsync(IPage page)
    {
        await page.GotoAsync("/book/tallgrass");
        await page.GetByLabel("What is to be done").FillAsync(Wish);
        await page.GetByLabel("Your name").FillAsync("Grace Hopper");
        await page.GetByLabel("Phone").FillAsync("402 555 0142");
        await page.GetByLabel("Where").FillAsync("1200 Harney Street, Omaha");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send request" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Thank you");
    }

    private static async Task<string> LinkAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        return Link().Match(await page.Locator("#link").InnerTextAsync()).Value;
    }

    private static async Task ApproveAsync(IPage page, string link, bool script)
    {
        await page.GotoAsync(link);
        await page.GetByLabel("Your name").FillAsync("Grace Hopper");
        if (script) await DrawAsync(page, page.Locator("canvas"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve for" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approved. Thank you!" })).ToBeVisibleAsync();
    }

    private static async Task DispatchAsync(IPage page, string visit, bool drags)
    {
        if (drags)
        {
            await page.GotoAsync("/app/schedule");
            var lane = page.Locator(".lane[aria-label='Marcus Bell']");
            var thing = page.Locator($".lane[aria-label='Not assigned'] [data-visit='{visit}']");
            // To the hour that it has, 16:30 on a board from 7 to 18; held at its left end.
            var width = (await lane.Locator(".track").BoundingBoxAsync())!.Width;
            await thing.DragToAsync(lane.Locator(".track"), new() { SourcePosition = new() { X = 2, Y = 20 }, TargetPosition = new() { X = (float)(width * 9.5 / 11) + 2, Y = 20 } });
            await Assertions.Expect(lane.Locator($"[data-visit='{visit}']")).ToBeVisibleAsync();
            return;
        }

        await page.GotoAsync($"/app/visits/{visit}");
        await page.GetByLabel("Marcus Bell").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Moved.");
        await Assertions.Expect(page.Locator(".head .marks")).ToContainTextAsync("Marcus Bell");
    }

    private static async Task WorkInTheCellarAsync(IPage page, WebProcess web, string visit)
    {
        await page.WaitForFunctionAsync("() => document.body.dataset.kept > 0");
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync($"/app/visits/{visit}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I am there" }).ClickAsync();
        await Assertions.Expect(page.GetByText("1 change waits for a signal")).ToBeVisibleAsync();
        await web.KillAsync();
        await page.GetByLabel("What was found and done").FillAsync("Float switch replaced, pump tested.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save notes" }).ClickAsync();
        await Assertions.Expect(page.GetByText("2 changes wait for a signal")).ToBeVisibleAsync();
        await AddPartAsync(page);
        await Assertions.Expect(page.GetByText("3 changes wait for a signal")).ToBeVisibleAsync();
        await page.GetByLabel("What the next photo shows").FillAsync("The new switch");
        await page.GetByLabel("Take or choose photos").SetInputFilesAsync(new FilePayload { Name = "IMG_2041.png", MimeType = "image/png", Buffer = Picture });
        await Assertions.Expect(page.GetByText("4 changes wait for a signal")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".photos li")).ToContainTextAsync("The new switch");
        await page.GetByText("The client signs").ClickAsync();
        var form = page.Locator("details", new() { HasText = "The client signs" });
        await form.GetByLabel("Name").FillAsync("Grace Hopper");
        await DrawAsync(page, form.Locator("canvas"));
        await form.GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("5 changes wait for a signal")).ToBeVisibleAsync();
        await Screenshots.TakeAsync(page, "in-the-cellar");

        // There is a signal, and no server behind it: everything still waits, also in a page that is opened anew.
        await page.Context.SetOfflineAsync(false);
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("5 changes wait for a signal")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".photos li")).ToContainTextAsync("The new switch");
        await page.GetByText("I sign").ClickAsync();
        await page.Locator("details", new() { HasText = "I sign" }).GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("6 changes wait for a signal")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Finish visit" }).ClickAsync();
        await Assertions.Expect(page.GetByText("7 changes wait for a signal")).ToBeVisibleAsync();

        // On the way out of the cellar.
        await page.Context.SetOfflineAsync(true);
        await web.StartAsync();
        await page.Context.SetOfflineAsync(false);
        await Assertions.Expect(page.Locator(".head .chip").First).ToHaveTextAsync("Completed", new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator(".outbox")).ToHaveCountAsync(0);
        // The picture is there, small enough and with nothing but itself in it: the server takes no other.
        Assert.Equal("True", await page.Locator(".photos img").EvaluateAsync<string>("async image => { image.loading = 'eager'; await image.decode(); return image.naturalWidth === 320 ? 'True' : `${image.naturalWidth}`; }"));
    }

    private static async Task WorkAsync(IPage page, string visit)
    {
        await page.GotoAsync($"/app/visits/{visit}");
        await page.GetByRole(AriaRole.Button, new() { Name = "I am there" }).ClickAsync();
        await page.GetByLabel("What was found and done").FillAsync("Float switch replaced, pump tested.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save notes" }).ClickAsync();
        await AddPartAsync(page);
        await page.GetByText("The client signs").ClickAsync();
        await page.Locator("details", new() { HasText = "The client signs" }).GetByLabel("Name").FillAsync("Grace Hopper");
        await page.Locator("details", new() { HasText = "The client signs" }).GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await page.GetByText("I sign").ClickAsync();
        await page.Locator("details", new() { HasText = "I sign" }).GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Finish visit" }).ClickAsync();
        await Assertions.Expect(page.Locator(".head .chip").First).ToHaveTextAsync("Completed");
    }

    private static async Task AddPartAsync(IPage page)
    {
        await page.GetByText("Add a part").ClickAsync();
        await page.GetByLabel("From the price book").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Add part" }).ClickAsync();
    }

    private static async Task ConfirmAsync(IPage page, string button, bool script)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        if (script) await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
    }

    internal static async Task DrawAsync(IPage page, ILocator pad)
    {
        await pad.ScrollIntoViewIfNeededAsync();
        var box = (await pad.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 30, box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + 90, box.Y + 20, new() { Steps = 5 });
        await page.Mouse.MoveAsync(box.X + 160, box.Y + 90, new() { Steps = 5 });
        await page.Mouse.UpAsync();
    }

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    private static async Task<string> TextAsync(TestDatabase database, string sql)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Stop))!.ToString()!;
    }

    private static async Task RunAsync(TestDatabase database, string sql, string value)
    {
        await using var command = database.Superuser.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
    }

    [GeneratedRegex("/portal/[A-Za-z0-9_-]{40,}")]
    private static partial Regex Link();
}
