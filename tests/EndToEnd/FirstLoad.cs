using Microsoft.Playwright;

namespace Outpost.EndToEnd.Tests;

/// <summary>What a page costs whoever opens it for the first time, and whether it stands still once it is there.</summary>
internal static class FirstLoad
{
    /// <summary>As it comes over the wire, without pictures.</summary>
    private const int MostBytes = 150 * 1024;

    /// <summary>Has to run before the page does. Nothing may move: pages are painted when all of them has arrived.</summary>
    public const string Watch = """
        window.shifts = [];
        new PerformanceObserver(list => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput && entry.value > 0) window.shifts.push(`moves by ${entry.value.toFixed(4)}: ${entry.sources.map(source => source.node?.outerHTML?.slice(0, 80) ?? source.node?.nodeName).join(' ')}`);
        }).observe({ type: 'layout-shift', buffered: true });
        """;

    // What the browser holds already counts like what it has just fetched: encodedBodySize is the size of the body as it was sent.
    private const string Look = """
        async most => {
          await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
          // The browser reports what it has loaded a moment after the page has it.
          for (let i = 0; i < 100 && performance.getEntriesByType('resource').length < 2; i++) await new Promise(done => setTimeout(done, 100));
          const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(entry => !/\.(png|jpe?g|webp)$|\/photos\//.test(new URL(entry.name).pathname));
          const bytes = loaded.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
          return [
            ...window.shifts,
            ...(loaded.length < 3 || bytes < 5000 ? [`only ${bytes} bytes in ${loaded.length} parts were seen`] : []),
            ...(bytes > most ? [`${bytes} bytes on first load: ${loaded.map(entry => `${new URL(entry.name).pathname} ${entry.encodedBodySize}`).join(', ')}`] : []),
          ];
        }
        """;

    public static async Task<IReadOnlyList<string>> FaultsAsync(IPage page) => await page.EvaluateAsync<string[]>(Look, MostBytes);
}
