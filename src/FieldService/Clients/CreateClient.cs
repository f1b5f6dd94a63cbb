using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Audit;
using Outpost.FieldService.Web;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Clients;

/// <summary>The company takes on a client.</summary>
internal static class CreateClient
{
    public sealed record Request(
        [property: Required, StringLength(255)] string Name,
        [property: StringLength(255)] string? CompanyName,
        [property: EmailAddress, StringLength(320)] string? Email,
        [property: StringLength(50)] string? Phone,
        [property: StringLength(500)] string? AddressLine1,
        [property: StringLength(100)] string? City,
        [property: StringLength(100)] string? State,
        [property: StringLength(20)] string? Zip,
        [property: StringLength(5000)] string? Notes)
    {
        [RegularExpression("^[A-Z]{2}$", ErrorMessage = "Must be the two capital letters of a country by ISO 3166, such as US.")]
        public string? Country { get; init; }

        [StringLength(50)]
        public string? TaxId { get; init; }

        [StringLength(100)]
        public string? Reference { get; init; }

        public Client As(ClientId id, AccountId account) => new(id, account, Name, CompanyName, Email, Phone, AddressLine1, City, State, Zip, Notes, default, default)
        {
            Country = Country,
            TaxId = TaxId,
            Reference = Reference,
        };
    }

    public static async Task<Created<One<Client>>> Handle(Request request, CurrentUser user, Db db, CancellationToken ct)
    {
        var client = await ClientSql.Insert(db, request.As(ClientId.New(), user.Account), ct);
        await AuditLog.Inserted(db, user, "client", client.Id, client, ct);
        await db.CommitAsync(ct);

        return Answers.Created($"/api/v1/clients/{client.Id.Value}", client);
    }
}
