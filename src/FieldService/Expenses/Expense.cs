using System.Text.Json.Serialization;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Jobs;
using Outpost.FieldService.Visits;
using Outpost.FieldService.Web;
using Outpost.Kernel;

namespace Outpost.FieldService.Expenses;

public readonly record struct ExpenseId(Guid Value) : IId
{
    public static ExpenseId New() => new(Guid.CreateVersion7());

    public static bool TryParse(string? text, out ExpenseId id)
    {
        var read = Guid.TryParse(text, out var value);
        id = new(value);
        return read;
    }
}

public enum ExpenseCategory
{
    Materials, Fuel, Vehicle, Tools, EquipmentRental, Subcontractor, Permits, Disposal, ParkingAndTolls, Travel, Meals, Office, Insurance, Other,
}

public enum PaidBy { Company, Employee }

/// <summary>
/// Money that was spent for a job or for the company. What the client is charged is its cost with the markup on it. Once an invoice charges for it, it stays as it is.
/// </summary>
/// <param name="UserId">Who spent it.</param>
/// <param name="AmountCents">What was paid, tax included.</param>
/// <param name="IsTaxReclaimed">Whether the tax comes back to the company and is no cost.</param>
/// <param name="MarkupRate">What is put on top for the client; null for whoever may not see it.</param>
/// <param name="CostCents">The amount, without a tax that is reclaimed.</param>
/// <param name="ChargeCents">The cost with the markup; null for whoever may not see it.</param>
public sealed record Expense(
    ExpenseId Id, AccountId AccountId, UserId UserId, JobId? JobId, VisitId? VisitId, ExpenseCategory Category, string? Description, string? Vendor, DateOnly SpentOn,
    Money AmountCents, Money TaxCents, bool IsTaxReclaimed, PaidBy PaidBy, bool IsBillable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Percent? MarkupRate,
    Money CostCents,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? ChargeCents,
    Receipt? Receipt, UserId CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    /// <summary>How often it was changed, from 1 on.</summary>
    public int Version { get; init; }

    /// <summary>True when an invoice that is not void charges for it.</summary>
    public bool IsBilled { get; init; }

    /// <summary>The expense as this person may see it.</summary>
    internal Expense For(CurrentUser user) => user.IsOffice ? this : this with { MarkupRate = null, ChargeCents = null };
}

/// <summary>The paper that proves an expense, named by what it holds.</summary>
/// <param name="Type">What its content is, whatever it was called.</param>
public sealed record Receipt(string Sha256, string Type, long Bytes);
