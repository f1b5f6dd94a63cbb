using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>Clients by a part of their name, company, e-mail or telephone.</summary>
internal static class ClientSearch
{
    /// <summary>A condition: the client <c>c</c> matches.</summary>
    public static Sql And(SearchText text) => $"and c.search like {text.Pattern}";

    /// <summary>A subquery: the ids of those that match.</summary>
    public static Sql Ids(AccountId account, SearchText text) => $"select found.id from clients found where found.account_id = {account} and found.search like {text.Pattern}";
}
