using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Who is calling, as the session's row said at the start of this request.</summary>
public sealed record CurrentUser(
    AccountId Account, UserId Id, UserRole Role, string Email, string FullName, string AccountName, string TimeZone, string Currency, SessionId Session)
{
    /// <summary>Whom the audit log names: the person, the automation that acts for the company, or null when the service does so by itself.</summary>
    public Guid? Actor { get; init; } = Id.Value;

    public bool IsOffice => Role is UserRole.Owner or UserRole.Admin;

    public Tenant Tenant => new(Account.Value, Id.Value, Kernel.Words<UserRole>.Of(Role));

    /// <summary>Makes the caller a parameter of a use. The gate has let the request through, so there is one.</summary>
    public static ValueTask<CurrentUser?> BindAsync(HttpContext http) => ValueTask.FromResult(http.Features.Get<CurrentUser>());
}
