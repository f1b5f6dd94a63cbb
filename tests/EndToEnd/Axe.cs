using Microsoft.Playwright;

namespace Outpost.EndToEnd.Tests;

/// <summary>axe-core's opinion of a page that is open.</summary>
internal static class Axe
{
    private const string Run = """
        async rules => {
          const said = await axe.run(document, {
            resultTypes: ['violations'],
            runOnly: rules.length ? { type: 'rule', values: rules } : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
          });
          return said.violations.filter(found => found.impact === 'serious' || found.impact === 'critical')
            .flatMap(found => found.nodes.map(node => `axe ${found.id} (${found.impact}) at ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\n', ' ')}`));
        }
        """;

    private static readonly Lazy<string> Source = new(() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js")));

    /// <summary>What it calls serious or critical. Only these rules are asked when there are any.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(IPage page, params string[] rules)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window")) await page.EvaluateAsync(Source.Value);
        return await page.EvaluateAsync<string[]>(Run, rules);
    }
}
