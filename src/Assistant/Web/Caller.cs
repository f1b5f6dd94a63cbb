namespace Outpost.Assistant.Web;

/// <summary>Who a request is from: a signed-in person, or a program with a key. As a parameter of a route it is there once the gate has let the request in.</summary>
/// <param name="Person">Who is signed in; null for a key.</param>
/// <param name="Key">The API key; null for a person.</param>
internal sealed record Caller(Guid? Person, Guid? Key, IReadOnlyList<Ability> Abilities)
{
    /// <summary>What the key is limited to beside the service's own limits; null when it has none.</summary>
    public int? CallsPerMinute { get; init; }

    /// <summary>Owns what is kept on somebody's behalf: conversations of a person are theirs, those of a key are the key's.</summary>
    public Guid Owner => Person ?? Key ?? throw new InvalidOperationException("A caller is a person or a key.");

    public bool May(Ability ability) => Abilities.Contains(ability);

    public static ValueTask<Caller?> BindAsync(HttpContext http) => new(http.Features.Get<Caller>());
}
