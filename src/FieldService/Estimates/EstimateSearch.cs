using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Estimates;

/// <summary>Estimates by a part of their number or their notes, or by whom they are for.</summary>
internal static class EstimateSearch
{
    /// <summary>A condition: the estimate <c>e</c> matches.</summary>
    public static Sql And(SearchText text) => $"and e.id = any (array(select estimates_matching({text.Pattern})))";
}
