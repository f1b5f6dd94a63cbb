using Microsoft.Playwright;

namespace Outpost.EndToEnd.Tests;

/// <summary>Pictures of the pages, for people to look at. Taken only when <c>OUTPOST_SCREENSHOTS</c> names a folder for them.</summary>
internal static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("OUTPOST_SCREENSHOTS");

    public static async Task TakeAsync(IPage page, string name, bool whole = true)
    {
        if (string.IsNullOrEmpty(Folder)) return;

        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png"), FullPage = whole });
    }
}
