using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>Properties by a part of their name or address, or by whose they are.</summary>
internal static class PropertySearch
{
    /// <summary>A condition: the property <c>p</c> or its client matches.</summary>
    public static Sql And(SearchText text) => $"and p.id = any (array(select properties_matching({text.Pattern})))";
}
