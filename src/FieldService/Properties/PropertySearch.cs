using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Properties;

/// <summary>Properties by a part of their name or address.</summary>
internal static class PropertySearch
{
    /// <summary>A subquery: the ids of those that match.</summary>
    public static Sql Ids(AccountId account, SearchText text) => $"select found.id from properties found where found.account_id = {account} and found.search like {text.Pattern}";

    /// <summary>A condition: the property <c>p</c> or its client matches.</summary>
    public static Sql And(AccountId account, SearchText text) => $"and (p.search like {text.Pattern} or p.client_id in ({ClientSearch.Ids(account, text)}))";
}
