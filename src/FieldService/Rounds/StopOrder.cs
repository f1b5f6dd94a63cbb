namespace Outpost.FieldService.Rounds;

/// <summary>A point on the earth, in degrees (WGS 84).</summary>
public readonly record struct Coordinates(double Latitude, double Longitude)
{
    private const double EarthInKilometres = 6371.0088;

    /// <summary>As the crow flies, in kilometres: the haversine formula on a sphere of the earth's mean radius, which errs by half a percent at most.</summary>
    public double KilometresTo(Coordinates other)
    {
        var (here, there) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var across = Math.Pow(Math.Sin((there - here) / 2), 2) + (Math.Cos(here) * Math.Cos(there) * Math.Pow(Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2), 2));
        return 2 * EarthInKilometres * Math.Asin(Math.Min(1, Math.Sqrt(across)));
    }
}

/// <summary>A place to go to.</summary>
/// <param name="IsFixed">Its time was agreed on, or somebody is there already: it keeps its place in the round.</param>
public sealed record Stop(Guid Id, Coordinates At, bool IsFixed);

/// <summary>
/// Puts the stops of a day in an order with less driving: the nearest next, then every stretch turned around as long as that makes the way shorter (2-opt). Fixed
/// stops keep their places. It is never longer than the order that was given; where nothing is better, that is the answer.
/// </summary>
internal static class StopOrder
{
    /// <summary>Less than a metre is no gain, and rounding must not turn a stretch around for ever.</summary>
    private const double Gain = 0.001;

    public static IReadOnlyList<Stop> Shortest(IReadOnlyList<Stop> given)
    {
        var free = Enumerable.Range(0, given.Count).Where(i => !given[i].IsFixed).ToArray();
        if (free.Length < 2) return given;

        var asGiven = TurnAround([.. given], free);
        var nearest = TurnAround(NearestNext(given, free), free);
        var best = Length(nearest) < Length(asGiven) - Gain ? nearest : asGiven;
        return Length(best) < Length(given) - Gain ? best : given;
    }

    /// <summary>The way from the first stop to the last, in kilometres.</summary>
    public static double Length(IReadOnlyList<Stop> stops) => Enumerable.Range(1, Math.Max(0, stops.Count - 1)).Sum(i => stops[i - 1].At.KilometresTo(stops[i].At));

    private static Stop[] NearestNext(IReadOnlyList<Stop> given, int[] free)
    {
        var left = free.Select(i => given[i]).ToList();
        var order = given.ToArray();
        foreach (var place in free)
        {
            // Something to begin with; turning stretches around may find a better beginning.
            var next = place == 0 ? left[0] : left.MinBy(stop => order[place - 1].At.KilometresTo(stop.At))!;
            order[place] = next;
            left.Remove(next);
        }

        return order;
    }

    // Only the free stops of a stretch change places; those between them that are fixed stay.
    private static Stop[] TurnAround(Stop[] order, int[] free)
    {
        var length = Length(order);
        for (var better = true; better;)
        {
            better = false;
            for (var from = 0; from < free.Length - 1; from++)
            {
                for (var to = from + 1; to < free.Length; to++)
                {
                    var turned = order.ToArray();
                    for (var (i, j) = (from, to); i < to + 1; i++, j--) turned[free[i]] = order[free[j]];
                    if (Length(turned) is var now && now < length - Gain) (order, length, better) = (turned, now, true);
                }
            }
        }

        return order;
    }
}
