using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Outpost.Platform.Http;

/// <summary>How one service publishes its errors. Each of the services has its own, because their clients do.</summary>
public interface IErrorShape
{
    string ContentType { get; }

    /// <summary>The published status of a rule's code; 409 where the contract is silent.</summary>
    int StatusOf(string code);

    /// <summary>What callers are told while the database cannot be reached.</summary>
    Failure DatabaseUnreachable { get; }

    /// <summary>How fields are spelled in this service's JSON: a member's name in, the wire's name out.</summary>
    string FieldName(string member);

    /// <summary>Writes the whole body.</summary>
    void Write(Utf8JsonWriter json, Failure failure, HttpContext http);
}
