using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>Invoices by a part of their number, or by whom they are for.</summary>
internal static class InvoiceSearch
{
    /// <summary>A condition: the invoice <c>i</c> matches. Found by themselves first, so that only those that match are read whole.</summary>
    public static Sql And(AccountId account, SearchText text) => $"""
        and i.id in (select found.id from invoices found where found.account_id = {account}
                     and (lower(found.invoice_number) like {text.Pattern} or found.client_id in ({ClientSearch.Ids(account, text)})))
        """;
}
