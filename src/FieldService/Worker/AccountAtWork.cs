using NodaTime;
using NodaTime.Extensions;
using Npgsql;
using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Worker;

/// <summary>
/// What is done for a company by the clock: estimates expire, invoices fall overdue. It opens its own short transactions, does what is due and not done, and
/// says how much that was. It may run late, twice, and on two workers at once, and does each thing once.
/// </summary>
internal delegate Task<int> Chore(AccountAtWork account, CancellationToken ct);

/// <summary>A company as the worker sees it while nobody is signed in.</summary>
/// <param name="caller">Somebody with the rights of the owner, on whose behalf things are made; <see cref="CurrentUser.Actor"/> says who really did it.</param>
internal sealed class AccountAtWork(NpgsqlDataSource source, CurrentUser caller, TimeProvider clock)
{
    public CurrentUser Caller { get; } = caller;

    public ReadDb Read { get; } = new(source, caller.Tenant);

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeProvider Clock => clock;

    /// <summary>The day it is on the company's calendar.</summary>
    public LocalDate Today => Now.ToInstant().InZone(Zone).Date;

    public DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb.GetZoneOrNull(caller.TimeZone) ?? DateTimeZone.Utc;

    /// <summary>A transaction of its own; dispose of it, and commit what is to stay.</summary>
    public Db Open() => new(source, Caller.Tenant);
}
