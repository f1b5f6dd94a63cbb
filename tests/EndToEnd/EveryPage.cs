using Microsoft.Playwright;
using Outpost.Testing;

namespace Outpost.EndToEnd.Tests;

/// <summary>What must hold on each page, on a telephone and on a desk, by day and by night.</summary>
public sealed class EveryPage(PostgresServer postgres, Chromium chromium)
{
    // In one go, so that a page is loaded once: no sideways scrolling, one heading, landmarks, names for what can be pressed, headers for tables, room for a thumb.
    private const string Check = """
        () => {
          const faults = [];
          const shown = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
          const root = document.documentElement;
          if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
          if (document.querySelectorAll('h1').length !== 1) faults.push('has not exactly one h1');
          if (document.querySelectorAll('main').length !== 1) faults.push('has not exactly one main');
          if (!root.lang) faults.push('has no language');
          for (const input of document.querySelectorAll('input:not([type=hidden]), select, textarea')) if (!input.labels.length && !input.getAttribute('aria-label')) faults.push(`${input.name} has no label`);
          for (const e of document.querySelectorAll('a, button, summary')) if (!(e.textContent.trim() || e.getAttribute('aria-label'))) faults.push(`nameless ${e.outerHTML}`);
          for (const table of document.querySelectorAll('table')) {
            if (!table.caption) faults.push('a table has no caption');
            if (!table.querySelector('thead th[scope=col]') || !table.querySelector('tbody th[scope=row]')) faults.push('a table has no headers');
          }
          for (const e of document.querySelectorAll('button, .button, nav a, summary, select, textarea, input:not([type=hidden], [type=checkbox], [type=radio])')) {
            const box = e.getBoundingClientRect();
            if (shown(e) && box.height > 1 && box.height < 43.5) faults.push(`only ${box.height} px high: ${e.textContent.trim() || e.name}`);
          }
          for (const e of document.querySelectorAll('main *')) {
            const box = e.getBoundingClientRect();
            if (shown(e) && box.width && box.right > root.clientWidth + 1 && !e.closest('.tabs, .subnav, .pool, .kanban, .scroll, .visually-hidden, thead')) faults.push(`sticks out: ${e.outerHTML.slice(0, 80)}`);
          }
          for (const e of document.querySelectorAll('.tiles > div, .tiles dd, .card, td, dd')) if (shown(e) && e.scrollWidth > e.clientWidth + 1) faults.push(`does not fit: ${e.textContent.trim().slice(0, 40)}`);
          if (document.querySelector('[style], style, script:not([src])')) faults.push('holds a style or script of its own');
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
          if (new Set(ids).size !== ids.length) faults.push('uses an id twice');
          return faults.concat(contrast());

          // WCAG 2.2 1.4.3: text stands out from what is behind it by 4.5 to 1, large text by 3 to 1.
          function contrast() {
            const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const rgb = color => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
            const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
            const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
            const weak = new Set();
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
              const e = walker.currentNode.parentElement;
              if (!walker.currentNode.data.trim() || !shown(e) || e.closest('.visually-hidden, .skip')) continue;
              const style = getComputedStyle(e);
              const [a, b] = [light(rgb(style.color)), light(behind(e))];
              const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
              const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
              if (ratio < (large ? 3 : 4.5)) weak.add(`${e.className || e.tagName}: contrast ${ratio.toFixed(2)} of "${walker.currentNode.data.trim().slice(0, 30)}"`);
            }
            return [...weak];
          }
        }
        """;

    [Theory]
    [InlineData(390)]
    [InlineData(768)]
    [InlineData(1440)]
    public async Task Can_be_read_and_used(int width)
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address, width, width == 390 ? 844 : 900);
        var page = window.Page;
        var look = new Looking(window, width);

        await look.AtAsync("login", "/login");
        await window.SignInAsync(service.Owner.Email, service.Owner.Password);
        foreach (var (name, path) in await PathsAsync(service)) await look.AtAsync(name, path);
        await page.GetByRole(AriaRole.Link, new() { Name = "Go to today" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/login");
        look.IsGood();
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1440)]
    public async Task Can_be_read_and_used_by_a_technician_and_a_client(int width)
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address, width, width == 390 ? 844 : 900);
        var look = new Looking(window, width);
        foreach (var (name, path) in await PortalAsync(service)) await look.AtAsync(name, path);

        var login = await service.TechnicianAsync("marcus");
        await window.SignInAsync(login.Email, login.Password);
        foreach (var (name, path) in await TechniciansAsync(service)) await look.AtAsync(name, path);
        look.IsGood();
    }

    [Fact]
    public async Task Would_be_refused_with_a_fault_in_it()
    {
        await using var window = await chromium.OpenAsync(new("http://127.0.0.1:1/"), 390);
        await window.Page.SetContentAsync("<!doctype html><title>Wrong</title><main><h1>Wrong</h1><img src='data:,'><input><p style='color:#aaa;background:#fff'>Pale</p></main>");

        var found = await Axe.FaultsAsync(window.Page);

        foreach (var rule in new[] { "html-has-lang", "image-alt", "label", "color-contrast" }) Assert.Contains(found, fault => fault.StartsWith($"axe {rule} (", StringComparison.Ordinal));
        Assert.Equal(["color-contrast"], (await Axe.FaultsAsync(window.Page, "color-contrast")).Select(fault => fault.Split(' ')[1]).Distinct());
    }

    [Fact]
    public async Task Would_be_refused_for_moving_by_a_line()
    {
        await using var window = await chromium.OpenAsync(new("http://127.0.0.1:1/"), 390);
        await window.Page.RouteAsync("**/moves", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!doctype html><title>Moves</title><main><h1>Moves</h1><p id=below>Pushed down by a line</p></main>" }));
        await window.Page.GotoAsync("/moves");
        await window.Page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        await window.Page.EvaluateAsync("document.getElementById('below').insertAdjacentHTML('beforebegin', '<p>Late</p>')");

        await window.Page.WaitForFunctionAsync("() => window.shifts.length > 0");

        Assert.Contains(await FirstLoad.FaultsAsync(window.Page), fault => fault.StartsWith("moves by 0.0", StringComparison.Ordinal) && fault.Contains("below", StringComparison.Ordinal));
    }

    /// <summary>Opens pages by day and by night and keeps what is wrong with them.</summary>
    private sealed class Looking(Window window, int width)
    {
        private readonly List<string> _faults = [];

        public async Task AtAsync(string name, string path)
        {
            var page = window.Page;
            await page.GotoAsync(path);
            List<string> faults = [.. await FirstLoad.FaultsAsync(page), .. await page.EvaluateAsync<string[]>(Check)];
            if (width != 768) faults.AddRange(await Axe.FaultsAsync(page));
            await Screenshots.TakeAsync(page, $"{name}-{width}");
            if (width != 768) await Screenshots.TakeAsync(page, $"readme-{name}-{width}", whole: false);

            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            // Whoever looks at a page with a program leaves a style in it.
            faults.AddRange((await page.EvaluateAsync<string[]>(Check)).Where(fault => !fault.StartsWith("holds a style", StringComparison.Ordinal)).Select(fault => $"{fault}, by night"));
            if (width != 768) faults.AddRange((await Axe.FaultsAsync(page, "color-contrast")).Select(fault => $"{fault}, by night"));
            await Screenshots.TakeAsync(page, $"{name}-{width}-dark");
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            _faults.AddRange(faults.Distinct().Select(fault => $"{name}: {fault}"));
        }

        public void IsGood() => Assert.True(_faults.Count + window.Faults.Count == 0, string.Join('\n', _faults.Concat(window.Faults)));
    }

    [Fact]
    public async Task Works_without_script()
    {
        await using var service = await DemoService.StartAsync(postgres);
        await using var window = await chromium.OpenAsync(service.Address, script: false);
        var page = window.Page;

        await window.SignInAsync(service.Owner.Email, service.Owner.Password);
        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true }).ClickAsync();
        await page.GetByLabel("Search jobs by title, client or address").FillAsync("furnace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).Not.ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Filter by status" }).GetByRole(AriaRole.Link, new() { Name = "Invoiced" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Search jobs by title, client or address")).ToHaveValueAsync("furnace");
        await page.Locator("tbody th a").First.ClickAsync();
        await page.Locator("section[aria-labelledby=invoices] li a").First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Invoice INV-");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in to Outpost");
        await page.GotoAsync("/app/invoices");
        Assert.EndsWith("/login?returnUrl=%2Fapp%2Finvoices", page.Url, StringComparison.Ordinal);
        Assert.Empty(window.Faults);
    }

    private static async Task<List<(string Name, string Path)>> PortalAsync(DemoService service)
    {
        await service.TextAsync("""
            with made as (
              insert into portal_links (account_id, id, client_id, estimate_id, invoice_id, token_hash, expires_at, created_by)
              select d.account_id, gen_random_uuid(), d.client_id, d.estimate, d.invoice, sha256(convert_to(d.token, 'UTF8')), now() + interval '60 days', (select id from users u where u.account_id = d.account_id and role = 'owner' limit 1)
              from ((select account_id, client_id, id as estimate, null::uuid as invoice, 'an-estimate' as token from estimates where status = 'sent' order by total_cents desc, id limit 1)
                    union all (select account_id, client_id, null, id, 'an-invoice' from invoices where status = 'overdue' order by total_cents desc, id limit 1)
                    union all (select account_id, client_id, null, null, 'everything' from jobs group by account_id, client_id order by count(*) desc, client_id limit 1)) d
              returning 1)
            select count(*) from made
            """);
        return
        [
            ("portal-estimate", "/portal/an-estimate"),
            ("portal-invoice", "/portal/an-invoice"),
            ("portal-all", "/portal/everything"),
            ("portal-nothing", "/portal/nothing"),
            ("portal-book", "/book/tallgrass"),
            ("portal-booked", "/book/tallgrass?sent=true"),
            ("opt-out", $"/opt-out/{await service.TextAsync("select opt_out_token from clients order by id limit 1")}"),
        ];
    }

    private static async Task<List<(string Name, string Path)>> TechniciansAsync(DemoService service) =>
    [
        ("technician", "/app"),
        ("technician-visit", $"/app/visits/{await service.TextAsync("select v.id from visits v join users u on u.id = v.assigned_user_id where u.email = 'marcus@example.com' and v.status = 'scheduled' order by v.scheduled_start limit 1")}"),
        ("technician-schedule", "/app/schedule"),
        ("technician-jobs", "/app/jobs"),
        ("technician-round", "/app/rounds"),
        ("technician-me", "/app/me"),
    ];

    private static async Task<List<(string Name, string Path)>> PathsAsync(DemoService service) =>
    [
        ("today", "/app"),
        ("jobs", "/app/jobs"),
        ("jobs-page-3", "/app/jobs?page=3"),
        ("jobs-none", "/app/jobs?q=zeppelin"),
        ("job", $"/app/jobs/{await service.TextAsync("select j.id from jobs j where status = 'in_progress' order by (select count(*) from visits v where v.job_id = j.id) desc, j.id limit 1")}"),
        ("job-invoiced", $"/app/jobs/{await service.TextAsync("select j.id from jobs j join invoices i on i.job_id = j.id where i.status = 'void' order by j.id limit 1")}"),
        ("job-draft", $"/app/jobs/{await service.TextAsync("select id from jobs where status = 'draft' order by id limit 1")}"),
        ("job-new", $"/app/jobs/new?client={await ClientAsync(service)}"),
        ("job-for-whom", "/app/jobs/new?q=park"),
        ("job-edit", $"/app/jobs/{await service.TextAsync("select id from jobs where status = 'scheduled' order by id limit 1")}/edit"),
        ("job-board", "/app/jobs/board"),
        ("requests", "/app/requests"),
        ("share", $"/app/share/estimate/{await service.TextAsync("select id from estimates where status = 'sent' order by total_cents desc, id limit 1")}"),
        ("book", "/book/tallgrass"),
        ("plans", "/app/plans"),
        ("plan", $"/app/plans/{await service.TextAsync("select id from job_plans order by title limit 1")}"),
        ("plan-new", $"/app/plans/new?client={await ClientAsync(service)}"),
        ("visit", $"/app/visits/{await service.TextAsync("select id from visits where status = 'in_progress' order by id limit 1")}"),
        ("visit-planned", $"/app/visits/{await service.TextAsync("select id from visits where status = 'scheduled' order by scheduled_start, id limit 1")}"),
        ("schedule", "/app/schedule"),
        ("schedule-week", "/app/schedule?view=week"),
        ("schedule-month", "/app/schedule?view=month"),
        ("absences", "/app/absences"),
        ("round", $"/app/rounds?who={await service.TextAsync("select id from users where email = 'marcus@example.com'")}"),
        ("round-short", $"/app/rounds?order=short&who={await service.TextAsync("select id from users where email = 'marcus@example.com'")}"),
        ("checklists", "/app/checklists"),
        ("clients", "/app/clients"),
        ("clients-none", "/app/clients?q=zeppelin"),
        ("client", $"/app/clients/{await ClientAsync(service)}"),
        ("client-new", "/app/clients/new"),
        ("client-edit", $"/app/clients/{await ClientAsync(service)}/edit"),
        ("properties", "/app/properties"),
        ("property", $"/app/properties/{await service.TextAsync("select property_id from jobs where property_id is not null group by property_id order by count(*) desc, property_id limit 1")}"),
        ("search", "/app/search?q=park"),
        ("estimates", "/app/estimates"),
        ("estimate-new", $"/app/estimates/new?client={await ClientAsync(service)}"),
        ("estimate-sent", $"/app/estimates/{await service.TextAsync("select id from estimates where status = 'sent' order by total_cents desc, id limit 1")}"),
        ("estimate-draft", $"/app/estimates/{await service.TextAsync("select id from estimates where status = 'draft' order by total_cents desc, id limit 1")}"),
        ("estimate-edit", $"/app/estimates/{await service.TextAsync("select id from estimates where status = 'draft' order by total_cents desc, id limit 1")}/edit"),
        ("estimate-approved", $"/app/estimates/{await service.TextAsync("select id from estimates where status = 'approved' order by total_cents desc, id limit 1")}"),
        ("invoice-new", $"/app/invoices/new?client={await ClientAsync(service)}"),
        ("invoice-edit", $"/app/invoices/{await service.TextAsync("select id from invoices where status = 'draft' order by id limit 1")}/edit"),
        ("payments", "/app/payments"),
        ("credits", "/app/credits"),
        ("expenses", "/app/expenses"),
        ("price-book", "/app/price-book"),
        ("reports", "/app/reports"),
        ("report-jobs", "/app/reports/jobs"),
        ("report-job", $"/app/reports/jobs/{await service.TextAsync("select job_id from invoices where job_id is not null and status = 'paid' order by id limit 1")}"),
        ("report-hours", "/app/reports/hours"),
        ("settings", "/app/settings"),
        ("status", "/app/status"),
        ("people", "/app/people"),
        ("person", $"/app/people/{await service.TextAsync("select id from users where role = 'tech' order by full_name limit 1")}"),
        ("taxes", "/app/taxes"),
        ("automations", "/app/automations"),
        ("messages", "/app/messages"),
        ("template", "/app/messages/templates/visit_reminder.email"),
        ("programs", "/app/programs"),
        ("history", "/app/audit"),
        ("me", "/app/me"),
        ("invoices", "/app/invoices"),
        ("invoices-overdue", "/app/invoices?status=overdue"),
        ("invoice", $"/app/invoices/{await service.TextAsync("select id from invoices i where status = 'partial' order by (select count(*) from invoice_line_items l where l.invoice_id = i.id) desc, id limit 1")}"),
        ("invoice-overdue", $"/app/invoices/{await service.TextAsync("select id from invoices where status = 'overdue' order by total_cents desc, id limit 1")}"),
        ("invoice-paid", $"/app/invoices/{await service.TextAsync("select id from invoices i where status = 'paid' order by (select count(*) from payments p where p.invoice_id = i.id) desc, total_cents desc, id limit 1")}"),
        ("invoice-draft", $"/app/invoices/{await service.TextAsync("select id from invoices where status = 'draft' order by id limit 1")}"),
        ("not-there", "/app/jobs/00000000-0000-0000-0000-000000000000"),
    ];

    private static Task<string> ClientAsync(DemoService service) => service.TextAsync("select client_id from jobs group by client_id order by count(*) desc, client_id limit 1");
}
