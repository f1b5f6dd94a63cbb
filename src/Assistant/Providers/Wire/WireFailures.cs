namespace Outpost.Assistant.Providers.Wire;

/// <summary>Names what went wrong with one provider, in words of our own.</summary>
internal sealed class WireFailures(string name)
{
    public ProviderException Refused(WireError error, int? status, HttpResponseMessage response) => new(error.Fault, name, Words(error, status))
    {
        Status = status,
        ProviderCode = error.Code,
        RetryAfter = error.RetryAfter,
        RequestId = RequestId(response),
        MayHaveWorked = status is null or 200 or 408 or 504,
    };

    public ProviderException Unreadable(HttpResponseMessage response) => new(Fault.Malformed, name, $"{name} sent something that its API does not know.")
    {
        Status = (int)response.StatusCode,
        RequestId = RequestId(response),
        MayHaveWorked = true,
    };

    public ProviderException BrokenOff() => new(Fault.Network, name, $"{name} broke off before the end of its answer.") { MayHaveWorked = true };

    /// <returns>Null for what is no failure of the wire: the caller left, or the fault is ours.</returns>
    public ProviderException? Broken(Exception e, Patience patience, CancellationToken ct) => e switch
    {
        OperationCanceledException when ct.IsCancellationRequested => null,
        OperationCanceledException when patience.IsOver => new(Fault.TimedOut, name, $"{name} was silent for too long.") { MayHaveWorked = true },
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            new(Fault.Malformed, name, $"{name} does not speak HTTP.") { MayHaveWorked = true },
        HttpRequestException or IOException => new(Fault.Network, name, $"The connection to {name} broke.") { MayHaveWorked = true },
        _ => null,
    };

    private string Words(WireError error, int? status)
    {
        var why = error.Fault switch
        {
            Fault.RateLimited => "wants fewer requests",
            Fault.OutOfMoney => "does not answer until its account is paid for, or its quota is raised",
            Fault.Rejected => "does not accept the request",
            Fault.NotAllowed => "does not let us: its key, or the model's id, is wrong there",
            Fault.Overloaded => "is overloaded",
            Fault.TimedOut => "took too long",
            _ => "failed",
        };
        var said = (status, error.Code) switch
        {
            (null or 200, { } code) => $" ({code})",
            ({ } number, { } code) => $" ({number} {code})",
            ({ } number, null) => $" ({number})",
            _ => "",
        };
        return $"{name} {why}{said}.";
    }

    private static string? RequestId(HttpResponseMessage response) =>
        WireErrors.Code(WireErrors.Header(response.Headers, "request-id") ?? WireErrors.Header(response.Headers, "x-request-id"));
}
