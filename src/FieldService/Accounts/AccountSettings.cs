using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Accounts;

/// <summary>
/// How a company wants things done, as it stands in <c>accounts.settings</c>. What is left out has its default, so that a company that set nothing works, and
/// what an older or newer version has written beside it stays untouched.
/// </summary>
public sealed record AccountSettings
{
    private const int UsualTerms = 14;
    private const int LongestTerms = 3650;

    /// <summary>Days from the issue of an invoice to the day it is due.</summary>
    [Range(0, LongestTerms)]
    public int PaymentTermsDays { get; init; } = UsualTerms;

    /// <summary>The settings of one company.</summary>
    internal static async Task<AccountSettings> OfAsync(Db db, AccountId account, CancellationToken ct) => Read(await db.ValueAsync<string>(Statement(account), ct));

    /// <inheritdoc cref="OfAsync(Db, AccountId, CancellationToken)"/>
    internal static async Task<AccountSettings> OfAsync(ReadDb db, AccountId account, CancellationToken ct) => Read(await db.ValueAsync<string>(Statement(account), ct));

    /// <summary>What somebody has put there by hand and makes no sense must not stop the company from working.</summary>
    internal static AccountSettings Read(string? json)
    {
        try
        {
            var settings = json is null ? null : JsonSerializer.Deserialize<AccountSettings>(json, WireJson.Options);
            return settings is null ? new() : settings with { PaymentTermsDays = settings.PaymentTermsDays is >= 0 and <= LongestTerms ? settings.PaymentTermsDays : UsualTerms };
        }
        catch (JsonException)
        {
            return new();
        }
    }

    private static Sql Statement(AccountId account) => $"select settings::text from accounts where id = {account}";
}
