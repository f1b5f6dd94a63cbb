using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Providers;

namespace Outpost.Assistant.Routing;

/// <summary>Which models are asked, in which order, and what that costs at most. Made before anything is sent; nothing in it changes afterwards.</summary>
/// <param name="Legs">At least one; the first is asked first.</param>
internal sealed record RoutePlan(ModelRequest Request, IReadOnlyList<Leg> Legs)
{
    /// <summary>
    /// The most that one attempt on any leg costs: what to hold. An attempt that fails before it answers costs nothing as a rule; where it may have, the log of
    /// attempts is told so, and sees the next attempt coming before it is sent.
    /// </summary>
    public Spend Bound => Legs.Max(leg => leg.Bound);

    /// <summary>Nothing is paid on any leg: no limit can be in the way.</summary>
    public bool IsFree => Legs.All(leg => leg.Price.IsFree);

    /// <summary>The plan with another limit on the output of every leg that may put out more.</summary>
    public RoutePlan WithMaxOutput(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        return this with
        {
            Legs = [.. Legs.Select(leg => Math.Max(tokens, leg.Model.LeastOutput) is var most && leg.MaxOutput <= most
                ? leg
                : leg with { MaxOutput = most, Bound = leg.Price.Bound(leg.InputBound, most, Request.Cache) })],
        };
    }

    /// <summary>How much output every leg can be allowed within a spend; less than 1 when a leg costs more with the least output that it takes.</summary>
    public long OutputWithin(Spend spend) => Legs.Min(leg =>
        Math.Min(leg.MaxOutput, leg.Price.OutputWithin(spend, leg.InputBound, Request.Cache)) is var most && most >= leg.Model.LeastOutput ? most : 0);
}
