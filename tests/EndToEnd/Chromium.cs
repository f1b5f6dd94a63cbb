using System.Collections.Concurrent;
using Microsoft.Playwright;
using Outpost.EndToEnd.Tests;
using Outpost.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(Chromium))]

namespace Outpost.EndToEnd.Tests;

/// <summary>The browser of the tests: Debian's own Chromium, started once. Each test has a window with nothing of another's in it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        var program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Array.Find(Places, File.Exists)
            ?? throw new InvalidOperationException("The browser tests need Chromium. Fix: sudo apt-get install -y chromium, or set CHROMIUM to its path.");
        // A machine that does other work meanwhile is slow, not wrong.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task<Window> OpenAsync(Uri address, int width = 1440, int height = 900, bool dark = false, bool script = true)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            // A colour on its way to another one is neither.
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = width < 600,
            Locale = "en-US",
            TimezoneId = "Asia/Tokyo", // what is shown must be the company's time, not the browser's
        });
        context.SetDefaultTimeout(30_000);
        if (script) await context.AddInitScriptAsync(FirstLoad.Watch);
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>A browser window that keeps what went wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    internal Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // A page that answers 401 or 404 is written to the console too; those are what a test asks for.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal))
                _faults.Enqueue($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.RequestFailed += (_, request) =>
        {
            // A page that is left ends what it listens to, and what it has asked for.
            if (request.Failure is not "net::ERR_ABORTED" || request.ResourceType is not ("fetch" or "eventsource")) _faults.Enqueue($"{request.Method} {request.Url}: {request.Failure}");
        };
        page.Response += (_, response) =>
        {
            if (response.Request.ResourceType == "document" && !response.Headers.GetValueOrDefault("content-security-policy", "default-src 'none'; script-src 'self'; style-src 'self'").Contains("script-src 'self'; ", StringComparison.Ordinal)) _faults.Enqueue($"allows more scripts than its own: {response.Url}");
            if (response.Status >= 500 || (response.Status >= 400 && response.Request.ResourceType != "document")) _faults.Enqueue($"{response.Status} {response.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings in the console (a violated policy is one), failed requests, missing files.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/login");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.WaitForURLAsync("**/app");
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
