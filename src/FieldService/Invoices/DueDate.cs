using Outpost.FieldService.Accounts;
using Outpost.FieldService.Documents;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Invoices;

/// <summary>The day an invoice is to be paid by. It is a day on the company's own calendar, not an instant.</summary>
internal static class DueDate
{
    /// <summary>The day it is now where the company is.</summary>
    public static DateOnly Today(CurrentUser user, TimeProvider clock) => CompanyDay.Today(user, clock);

    /// <summary>So many days from today as the account's <see cref="AccountSettings.PaymentTermsDays"/> say.</summary>
    public static async Task<DateOnly> DefaultAsync(Db db, CurrentUser user, DateOnly today, CancellationToken ct) =>
        today.AddDays((await AccountSettings.OfAsync(db, user.Account, ct)).PaymentTermsDays);
}
