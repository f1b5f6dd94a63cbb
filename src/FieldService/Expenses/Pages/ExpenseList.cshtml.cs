using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Expenses.Pages;

/// <summary>What was spent, for jobs and for the company.</summary>
[Requires(Ability.ReadMoney)]
internal sealed class ExpenseListPage(ReadDb db, WallClock clock) : PageModel
{
    private const string Path = "/app/expenses";

    public sealed record Named(Guid Id, string Title);

    public WallClock Clock => clock;

    public CurrentUser Viewer => HttpContext.Caller();

    public string? Category { get; private set; }

    public ListExpenses.Response Found { get; private set; } = null!;

    public IReadOnlyDictionary<Guid, string> Jobs { get; private set; } = new Dictionary<Guid, string>();

    /// <summary>The jobs that an expense can be for.</summary>
    public IReadOnlyList<Named> Current { get; private set; } = [];

    public Pager Pager { get; private set; } = null!;

    public static IReadOnlyList<string> Categories { get; } = [.. Words<ExpenseCategory>.All];

    public async Task OnGetAsync([FromQuery] string? category, [FromQuery(Name = "page")] string? turned, CancellationToken ct)
    {
        Category = Categories.Contains(category) ? category : null;
        var number = Pager.Read(turned);
        Found = (await ListExpenses.Handle(new(number, Pager.Rows), new() { Category = Category }, Viewer, db, ct)).Value!;
        Pager = new(Path, [("category", Category)], number, Found.Pagination.Total);
        var ids = Found.Data.Select(expense => expense.JobId?.Value).OfType<Guid>().Distinct().ToArray();
        (Jobs, Current) = await db.ReadAsync(
            [
                $"select id, title from jobs where account_id = {Viewer.Account} and id = any ({ids})",
                $"select id, title from jobs where account_id = {Viewer.Account} and status in ('scheduled', 'in_progress', 'completed') order by updated_at desc, id desc limit 100",
            ],
            async (results, token) => ((await results.ListAsync<Named>(token)).ToDictionary(job => job.Id, job => job.Title), await results.ListAsync<Named>(token)), ct);
    }
}
