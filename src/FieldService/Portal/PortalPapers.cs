using Npgsql;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Papers;
using Outpost.FieldService.Web;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Portal;

/// <summary>What a client takes home from the portal: the papers that their link shows, and the company's logo on them.</summary>
internal static class PortalPapers
{
    private sealed record Paper(bool IsInvoice);

    public static void MapPortal(this IEndpointRouteBuilder app)
    {
        app.MapGet("/portal/{token}/pdf", Pdf).AllowAnonymous().WithSecretPath().ExcludeFromDescription();
        app.MapGet("/portal/{token}/logo", Logo).AllowAnonymous().WithSecretPath().ExcludeFromDescription();
    }

    private static async Task<IResult> Pdf(string token, Guid? document, NpgsqlDataSource source, Printing printing, TimeProvider time, HttpContext http, CancellationToken ct)
    {
        var visitor = await Visitor.OfAsync(new ReadDb(source, null), token, time, ct) ?? throw Missing.Of("link");
        var id = visitor.EstimateId ?? visitor.InvoiceId ?? document ?? throw Missing.Of("document");
        var db = new ReadDb(source, visitor.Caller.Tenant);
        var found = await db.FirstAsync<Paper>($"""
            select false as is_invoice from estimates where account_id = {visitor.AccountId} and id = {id} and client_id = {visitor.ClientId} and status <> 'draft'
            union all select true from invoices where account_id = {visitor.AccountId} and id = {id} and client_id = {visitor.ClientId} and status <> 'draft'
            """, ct) ?? throw Missing.Of("document");
        var file = found.IsInvoice ? await printing.InvoiceAsync(new(id), visitor.Caller, db, ct) : await printing.EstimateAsync(new(id), visitor.Caller, db, ct);
        http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        return await PaperEndpoints.SendAsync(printing, file, http, ct);
    }

    private static async Task<IResult> Logo(string token, NpgsqlDataSource source, TimeProvider time, HttpContext http, CancellationToken ct)
    {
        var visitor = await Visitor.OfAsync(new ReadDb(source, null), token, time, ct) ?? throw Missing.Of("link");
        return await KeepLogo.Show(visitor.Caller, new ReadDb(source, visitor.Caller.Tenant), http, ct);
    }
}
