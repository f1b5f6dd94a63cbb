namespace Outpost.Assistant.Routing;

/// <summary>How a model is chosen when the caller names none (<c>auto</c>).</summary>
internal enum Strategy
{
    /// <summary>The first of the list that can do what the request needs.</summary>
    Capability,

    /// <summary>The best that can.</summary>
    Quality,

    /// <summary>The one that costs least at most.</summary>
    Cost,

    /// <summary>The one that begins to answer soonest, as measured; as ranked in the list while nothing was measured.</summary>
    Speed,
}
