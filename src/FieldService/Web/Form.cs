using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Validation;
using Outpost.Platform.Http;

namespace Outpost.FieldService.Web;

/// <summary>Reads a thing that did not come as a whole body, such as a partial change or the row of a file, by the rules of a body of <typeparamref name="T"/>.</summary>
internal sealed class Form<T>(ValidationOptions validation, IServiceProvider services) where T : class
{
    public static Form<T> Of(IServiceProvider services) => new(services.GetRequiredService<IOptions<ValidationOptions>>().Value, services);

    /// <exception cref="BadHttpRequestException">It cannot be read as <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidRequestException">It breaks the form of <typeparamref name="T"/>.</exception>
    public async Task<T> ReadAsync(JsonObject fields, CancellationToken ct)
    {
        T read;
        try
        {
            read = fields.Deserialize<T>(WireJson.Options)!;
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The body does not have the expected form.", malformed);
        }

#pragma warning disable ASP0029 // the only way to run the generated rules on something that is not bound by the framework
        // A form without rules is a form whose rules were not found: the generator sees what an endpoint takes as its body, or what is marked.
        if (!validation.TryGetValidatableTypeInfo(typeof(T), out var form)) throw new InvalidOperationException($"Mark {typeof(T)} with [ValidatableType].");
        var context = new ValidateContext { ValidationOptions = validation, ValidationContext = new ValidationContext(read, services, null) };
        await form.ValidateAsync(read, context, ct);
        if (context.ValidationErrors is { Count: > 0 } errors) throw new InvalidRequestException(errors);
#pragma warning restore ASP0029

        return read;
    }
}
