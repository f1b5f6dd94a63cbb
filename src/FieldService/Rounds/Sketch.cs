using System.Globalization;

namespace Outpost.FieldService.Rounds;

/// <summary>
/// A drawing of a round without a map: north is up and distances are true to each other, which is enough to see what lies near what. No server of tiles is asked, so
/// nobody outside learns where a company works.
/// </summary>
internal sealed class Sketch
{
    public const double Width = 640, Height = 420;
    private const double Edge = 44;

    private readonly double _west, _north, _scale, _narrow, _left, _top;

    public Sketch(IReadOnlyCollection<Coordinates> points)
    {
        var (south, north) = (points.Min(p => p.Latitude), points.Max(p => p.Latitude));
        var (west, east) = (points.Min(p => p.Longitude), points.Max(p => p.Longitude));
        // A degree of longitude is shorter the farther it is from the equator.
        _narrow = Math.Max(0.01, Math.Cos(double.DegreesToRadians((south + north) / 2)));
        var (wide, high) = ((east - west) * _narrow, north - south);
        _scale = Math.Min((Width - (2 * Edge)) / Math.Max(wide, 1e-5), (Height - (2 * Edge)) / Math.Max(high, 1e-5));
        (_west, _north) = (west, north);
        (_left, _top) = ((Width - (wide * _scale)) / 2, (Height - (high * _scale)) / 2);
    }

    public (string X, string Y) Of(Coordinates point) => (Text(_left + ((point.Longitude - _west) * _narrow * _scale)), Text(_top + ((_north - point.Latitude) * _scale)));

    public string Path(IEnumerable<Coordinates> points) => string.Join(' ', points.Select(point => Of(point) is var (x, y) ? $"{x},{y}" : ""));

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
