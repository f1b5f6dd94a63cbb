using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Outpost.FieldService.Reports.Pages;

/// <summary>Bars drawn as SVG on the server. The same figures stand in a table below, so a screen reader skips the picture.</summary>
internal static class Chart
{
    private const int Bottom = 28, Top = 12;

    /// <summary>Drawn twice, for a desk and for a telephone, where the wide one would be too small to read; the style shows one of them.</summary>
    /// <param name="series">Each with its class, a to d, and a value for each label. Nothing is below nought.</param>
    public static IHtmlContent Bars(string currency, IReadOnlyList<string> labels, params (string Css, IReadOnlyList<long> Values)[] series)
    {
        var html = new StringBuilder();
        Draw(html, "wide", 900, 240, 70, currency, labels, series);
        Draw(html, "tall", 340, 210, 44, currency, labels, series);
        return new HtmlString(html.ToString());
    }

    private static void Draw(StringBuilder html, string css, int width, int height, int left, string currency, IReadOnlyList<string> labels, (string Css, IReadOnlyList<long> Values)[] series)
    {
        var most = Ceiling(series.SelectMany(s => s.Values).DefaultIfEmpty(0).Max());
        var bottom = height - Bottom - (css == "tall" ? Bottom / 2 : 0);
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart {css}\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">");
        for (var step = 0; step <= 4; step++)
        {
            var y = Y(most * step / 4, most, bottom);
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{left}\" x2=\"{width}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{left - 8}\" y=\"{y + 4}\" text-anchor=\"end\">{Short(most * step / 4, currency)}</text>");
        }

        var slot = (width - left) / Math.Max(1, labels.Count);
        var bar = Math.Max(4, Math.Min(36, (slot - 6) / Math.Max(1, series.Length)));
        // Where there is no room for each name the last keeps its own, and every third before it.
        var every = slot < 40 ? 3 : 1;
        for (var i = 0; i < labels.Count; i++)
        {
            var x = left + (i * slot) + ((slot - (bar * series.Length)) / 2);
            for (var s = 0; s < series.Length; s++)
            {
                var y = Y(Math.Max(0, series[s].Values[i]), most, bottom);
                html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{series[s].Css}\" x=\"{x + (s * bar)}\" y=\"{y}\" width=\"{bar - 2}\" height=\"{bottom - y}\" rx=\"2\"/>");
            }

            if ((labels.Count - 1 - i) % every != 0) continue;

            var middle = left + (i * slot) + (slot / 2);
            var lines = css == "tall" && every == 1 ? labels[i].Split(' ', 2) : [labels[i]];
            for (var line = 0; line < lines.Length; line++)
            {
                html.Append(CultureInfo.InvariantCulture, $"<text x=\"{middle}\" y=\"{bottom + 20 + (line * 15)}\" text-anchor=\"middle\">{HtmlEncoder.Default.Encode(lines[line])}</text>");
            }
        }

        html.Append("</svg>");
    }

    /// <summary>A small square of a series' colour, for the key.</summary>
    public static IHtmlContent Swatch(string css) => new HtmlString($"<svg class=\"chart\" viewBox=\"0 0 14 14\" aria-hidden=\"true\"><rect class=\"{css}\" width=\"14\" height=\"14\" rx=\"3\"/></svg>");

    private static int Y(long value, long most, int bottom) => bottom - (int)((bottom - Top) * (decimal)value / most);

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

    private static string Short(long cents, string currency) => currency switch { "USD" => "$", "EUR" => "€", "GBP" => "£", _ => "" } + (cents / 100m) switch
    {
        >= 1_000_000 => (cents / 100_000_000m).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        >= 1000 => (cents / 100_000m).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        var whole => whole.ToString("0", CultureInfo.InvariantCulture),
    };
}
