using Outpost.FieldService.Accounts;
using Outpost.FieldService.Credits;
using Outpost.FieldService.Estimates;
using Outpost.FieldService.Invoices;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Messages;
using Outpost.FieldService.Payments;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Platform.Http;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Papers;

internal static class PaperEndpoints
{
    public static IServiceCollection AddPapers(this IServiceCollection services) => services
        .AddSingleton<PdfPress>().AddSingleton<PrintedPapers>().AddSingleton<Printing>()
        .AddSingleton<Enclose>(host => host.GetRequiredService<Printing>().EncloseAsync);

    public static void MapPapers(this IEndpointRouteBuilder app)
    {
        var pdf = app.MapGroup("/api/v1").WithTags("Papers");
        pdf.MapGet("/estimates/{id}/pdf", EstimatePdf).Requires(Ability.ReadMoney).WithSummary("An estimate as PDF");
        pdf.MapGet("/invoices/{id}/pdf", InvoicePdf).Requires(Ability.ReadMoney).WithSummary("An invoice as PDF/A-3, with its data inside where the company has set that up");
        pdf.MapGet("/credit-notes/{id}/pdf", CreditNotePdf).Requires(Ability.ReadMoney).WithSummary("A credit note as PDF/A-3");
        pdf.MapGet("/payments/{id}/pdf", ReceiptPdf).Requires(Ability.ReadMoney).WithSummary("The receipt of a payment as PDF");
        pdf.MapGet("/visits/{id}/pdf", VisitPdf).Requires(Ability.ReadJobs).WithSummary("The job sheet of one visit as PDF; a technician gets their own");
        pdf.MapGet("/jobs/{id}/pdf", JobPdf).Requires(Ability.ReadJobs).WithSummary("The job sheet of a job as PDF; a technician gets their own");

        var logo = app.MapGroup("/api/v1/account/logo").WithTags("Account");
        logo.MapGet("", KeepLogo.Show).Requires(Ability.ReadJobs).WithSummary("The company's logo");
        logo.MapPut("", KeepLogo.Handle).Requires(Ability.ManageAccount).WithBodyLimit(PaperRules.LargestLogo + 1).WithSummary("Keep the logo: the body is a PNG or JPEG of up to 512 KB");
        logo.MapDelete("", KeepLogo.Remove).Requires(Ability.ManageAccount).WithSummary("Take the logo off");

        var shown = app.MapGroup("/app").ExcludeFromDescription();
        shown.MapGet("/estimates/{id}/paper", ShowEstimate).Requires(Ability.ReadMoney);
        shown.MapGet("/invoices/{id}/paper", ShowInvoice).Requires(Ability.ReadMoney);
        shown.MapGet("/credit-notes/{id}/paper", ShowCreditNote).Requires(Ability.ReadMoney);
        shown.MapGet("/payments/{id}/paper", ShowReceipt).Requires(Ability.ReadMoney);
        shown.MapGet("/visits/{id}/paper", ShowVisit).Requires(Ability.ReadJobs);
        shown.MapGet("/jobs/{id}/paper", ShowJob).Requires(Ability.ReadJobs);
        shown.MapGet("/paper.css", ShowStyle).Requires(Ability.ReadJobs);
    }

    /// <summary>The file to save; printed only when the asker does not have it yet.</summary>
    public static async Task<IResult> SendAsync(Printing printing, Printing.File file, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers.ETag = file.Tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        if (http.Request.Headers.IfNoneMatch.Contains(file.Tag)) return Results.StatusCode(StatusCodes.Status304NotModified);

        return Results.File(await printing.PrintAsync(file, ct), Printing.MediaType, file.Name);
    }

    private static async Task<IResult> EstimatePdf(EstimateId id, CurrentUser user, ReadDb db, Printing printing, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, await printing.EstimateAsync(id, user, db, ct), http, ct);

    private static async Task<IResult> InvoicePdf(InvoiceId id, CurrentUser user, ReadDb db, Printing printing, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, await printing.InvoiceAsync(id, user, db, ct), http, ct);

    private static async Task<IResult> CreditNotePdf(CreditNoteId id, CurrentUser user, ReadDb db, Printing printing, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, await printing.CreditNoteAsync(id, user, db, ct), http, ct);

    private static async Task<IResult> ReceiptPdf(PaymentId id, CurrentUser user, ReadDb db, Printing printing, TimeProvider time, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, Printing.Of(await ReceiptPaper.ReadAsync(id, user, db, time, ct), null), http, ct);

    private static async Task<IResult> VisitPdf(VisitId id, CurrentUser user, ReadDb db, Printing printing, TimeProvider time, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, Printing.Of(await JobSheet.OfVisitAsync(id, user, db, time, ct), null), http, ct);

    private static async Task<IResult> JobPdf(JobId id, CurrentUser user, ReadDb db, Printing printing, TimeProvider time, HttpContext http, CancellationToken ct) =>
        await SendAsync(printing, Printing.Of(await JobSheet.OfJobAsync(id, user, db, time, ct), null), http, ct);

    private static async Task<IResult> ShowEstimate(EstimateId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await EstimatePaper.ReadAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowInvoice(InvoiceId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await InvoicePaper.ReadAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowCreditNote(CreditNoteId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await CreditNotePaper.ReadAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowReceipt(PaymentId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await ReceiptPaper.ReadAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowVisit(VisitId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await JobSheet.OfVisitAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowJob(JobId id, CurrentUser user, ReadDb db, TimeProvider time, CancellationToken ct) => Shown(await JobSheet.OfJobAsync(id, user, db, time, ct));

    private static async Task<IResult> ShowStyle(CurrentUser user, ReadDb db, CancellationToken ct) => Results.Text(PaperHtml.StyleIn((await Letterhead.OfAsync(db, user.Account, ct)).Accent), "text/css; charset=utf-8");

    private static IResult Shown(Paper paper) =>
        Results.Text(PaperHtml.ForTheBrowser(paper, $"/app/paper.css?{paper.From.Accent[1..]}", paper.From.Logo is null ? null : "/api/v1/account/logo"), "text/html; charset=utf-8");
}
