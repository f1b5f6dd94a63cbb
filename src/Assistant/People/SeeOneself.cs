using Microsoft.AspNetCore.Http.HttpResults;
using Outpost.Assistant.Web;

namespace Outpost.Assistant.People;

/// <summary>Who calls, and what they may do.</summary>
internal static class SeeOneself
{
    public sealed record Response(Guid? PersonId, Guid? KeyId, IReadOnlyList<string> Abilities)
    {
        public Response(Guid? person, Guid? key, IReadOnlyList<Ability> abilities) : this(person, key, [.. abilities.Select(Kernel.Words<Ability>.Of)])
        {
        }
    }

    public static Ok<Response> Handle(Caller caller) => TypedResults.Ok(new Response(caller.Person, caller.Key, caller.Abilities));
}
