using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Outpost.FieldService.Reports.Pages;

/// <summary>Bars drawn as SVG on the server. The same figures stand in a table below, so a screen reader skips the picture.</summary>
internal static class Chart
{
    private const int Width = 900, Height = 240, Left = 70, Bottom = 28, Top = 12;

    /// <param name="series">Each with its class, a to d, and a value for each label. Nothing is below nought.</param>
    public static IHtmlContent Bars(IReadOnlyList<string> labels, params (string Css, IReadOnlyList<long> Values)[] series)
    {
        var most = Ceiling(series.SelectMany(s => s.Values).DefaultIfEmpty(0).Max());
        var html = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" aria-hidden=\"true\">");
        for (var step = 0; step <= 4; step++)
        {
            var y = Y(most * step / 4, most);
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{Left - 8}\" y=\"{y + 4}\" text-anchor=\"end\">{Short(most * step / 4)}</text>");
        }

        var slot = (Width - Left) / Math.Max(1, labels.Count);
        var bar = Math.Max(4, Math.Min(36, (slot - 12) / Math.Max(1, series.Length)));
        for (var i = 0; i < labels.Count; i++)
        {
            var x = Left + (i * slot) + ((slot - (bar * series.Length)) / 2);
            for (var s = 0; s < series.Length; s++)
            {
                var y = Y(Math.Max(0, series[s].Values[i]), most);
                html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{series[s].Css}\" x=\"{x + (s * bar)}\" y=\"{y}\" width=\"{bar - 2}\" height=\"{Height - Bottom - y}\" rx=\"2\"/>");
            }

            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (i * slot) + (slot / 2)}\" y=\"{Height - 8}\" text-anchor=\"middle\">{HtmlEncoder.Default.Encode(labels[i])}</text>");
        }

        return new HtmlString(html.Append("</svg>").ToString());
    }

    /// <summary>A small square of a series' colour, for the key.</summary>
    public static IHtmlContent Swatch(string css) => new HtmlString($"<svg class=\"chart\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"{css}\" width=\"14\" height=\"14\" rx=\"3\"/></svg>");

    private static int Y(long value, long most) => Height - Bottom - (int)((Height - Bottom - Top) * (decimal)value / most);

    /// <summary>The next of 1, 2, 4, 6 and 8 with noughts behind it, so that a quarter of it reads well.</summary>
    private static long Ceiling(long most)
    {
        for (long power = 100; ; power *= 10)
        {
            foreach (var first in new long[] { 1, 2, 4, 6, 8 })
            {
                if (first * power >= most) return first * power;
            }
        }
    }

    private static string Short(long cents) => (cents / 100m) switch
    {
        >= 1_000_000 => (cents / 100_000_000m).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        >= 1000 => (cents / 100_000m).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        var whole => whole.ToString("0", CultureInfo.InvariantCulture),
    };
}
