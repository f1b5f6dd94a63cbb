using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Imports.Pages;

/// <summary>The office takes in a file. A file cannot go through the bridge of forms, so this page hands it to the same use as the API.</summary>
[Requires(Ability.ManageClients)]
[RequestSizeLimit(Sheet.Largest + (64 * 1024))]
internal sealed class ImportPage(Db db) : PageModel
{
    public CurrentUser Viewer => HttpContext.Caller();

    public ImportReport? Report { get; private set; }

    public string? Problem { get; private set; }

    public string What { get; private set; } = "clients";

    public IReadOnlyList<(string Value, string Label)> Kinds => Viewer.May(Ability.ManageMoney) ? [("clients", "Clients and their places"), ("price-book", "The price book")] : [("clients", "Clients and their places")];

    public async Task<IActionResult> OnPostAsync([FromForm] string? what, [FromForm] IFormFile? file, [FromForm] bool really, [FromForm] bool skip, CancellationToken ct)
    {
        What = Kinds.Any(kind => kind.Value == what) ? what! : "clients";
        try
        {
            if (file is null) throw new RuleException("VALIDATION_ERROR", "Choose a file first.");
            if (file.Length > Sheet.Largest) throw new RuleException("PAYLOAD_TOO_LARGE", "The file is larger than 10 MB. Split it.");

            await using var content = file.OpenReadStream();
            Request.Body = content;
            var options = new ImportOptions { DryRun = !really, Faulty = skip ? "skip" : "stop" };
            Report = (What == "clients" ? await ImportClients.Handle(options, Request, Viewer, db, ct) : await ImportItems.Handle(options, Request, Viewer, db, ct)).Value!.Data;
        }
        catch (RuleException refused)
        {
            Problem = refused.Message;
            Report = refused.Details as ImportReport;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return Page();
    }
}
