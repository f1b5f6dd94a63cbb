using Outpost.Kernel;

namespace Outpost.FieldService.Checkout;

/// <summary>Where clients pay online: it shows them a page of its own, takes the money and tells us with signed messages.</summary>
internal interface IPaymentProvider
{
    bool IsOn { get; }

    /// <exception cref="RuleException">SERVICE_UNAVAILABLE: it does not answer, or says no.</exception>
    Task<ProviderSession> OpenAsync(ProviderOrder order, CancellationToken ct);

    /// <summary>Understands a message, once it is certain who sent it.</summary>
    /// <param name="signature">The header that signs it.</param>
    /// <returns>Null when it is about nothing that matters here.</returns>
    /// <exception cref="RuleException">UNAUTHORIZED, VALIDATION_ERROR</exception>
    ProviderMessage? Read(string signature, ReadOnlyMemory<byte> body, DateTimeOffset now);
}

/// <param name="Key">The same for every attempt at the same order: the provider opens one session for it.</param>
internal sealed record ProviderOrder(Guid Key, Money Amount, string Currency, string What, string? Email, Uri Success, Uri Cancel, DateTimeOffset Expires);

/// <param name="Url">Where the client is led to.</param>
internal sealed record ProviderSession(string Id, Uri Url);

/// <summary>What the provider tells.</summary>
internal abstract record ProviderMessage
{
    /// <summary>The money is there.</summary>
    /// <param name="Checkout">Our own id, which the provider carries with the session; it may tell of one before we have written down what it is called.</param>
    internal sealed record Paid(string Session, Guid? Checkout, Money Amount, string Currency, string? PaymentIntent, DateTimeOffset At) : ProviderMessage;

    /// <summary>The client did not pay in time.</summary>
    internal sealed record Expired(string Session) : ProviderMessage;

    /// <summary>Money was given back.</summary>
    /// <param name="Total">All that was given back of this payment until now.</param>
    /// <param name="Checkout">Our own id, which the provider carries with the payment.</param>
    internal sealed record Refunded(string PaymentIntent, Money Total, string Currency, Guid? Checkout, DateTimeOffset At) : ProviderMessage;
}
