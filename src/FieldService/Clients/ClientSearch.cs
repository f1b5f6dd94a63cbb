using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>Clients by a part of their name, company, e-mail or telephone.</summary>
internal static class ClientSearch
{
    /// <summary>A condition: the client <c>c</c> matches.</summary>
    public static Sql And(SearchText text) => $"and c.id = any (array(select clients_matching({text.Pattern})))";
}
