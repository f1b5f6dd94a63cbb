using NodaTime;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>Who is calling, as the row of the session or of the API key said at the start of this request.</summary>
public sealed record CurrentUser(
    AccountId Account, UserId Id, UserRole Role, string Email, string FullName, string AccountName, string TimeZone, string Currency, SessionId Session)
{
    /// <summary>Whom the audit log names: the person, the automation that acts for the company, or null when the service does so by itself.</summary>
    public Guid? Actor { get; init; } = Id.Value;

    /// <summary>The key through which a program acts in this person's name; null when they are here themselves.</summary>
    public ApiKeyId? ApiKey { get; init; }

    /// <summary>What the key was made for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The company's own clock.</summary>
    public DateTimeZone Zone => DateTimeZoneProviders.Tzdb.GetZoneOrNull(TimeZone) ?? DateTimeZone.Utc;

    public bool IsOffice => Role is UserRole.Owner or UserRole.Admin;

    public Tenant Tenant => new(Account.Value, Id.Value, Kernel.Words<UserRole>.Of(Role)) { ApiKey = ApiKey?.Value };

    /// <summary>A person may what their role allows; a program that acts for them, of that, what its key was made for.</summary>
    public bool May(Ability ability) => Role.May(ability) && (ApiKey is null || (Web.Scopes.For(ability) is { } scope && Scopes.Contains(scope)));

    /// <summary>Makes the caller a parameter of a use. The gate has let the request through, so there is one.</summary>
    public static ValueTask<CurrentUser?> BindAsync(HttpContext http) => ValueTask.FromResult(http.Features.Get<CurrentUser>());
}
