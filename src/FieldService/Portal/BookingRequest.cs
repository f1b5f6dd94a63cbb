using Outpost.Kernel;

namespace Outpost.FieldService.Portal;

public readonly record struct BookingRequestId(Guid Value) : IId
{
    public static BookingRequestId New() => new(Guid.CreateVersion7());
}

/// <summary>Somebody from outside asks for work. They can be answered by e-mail or telephone.</summary>
public sealed record BookingRequest(BookingRequestId Id, string Name, string? Email, string? Phone, string? Address, string Wish, DateOnly? PreferredOn, DateTimeOffset CreatedAt);
