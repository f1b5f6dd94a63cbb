using Outpost.FieldService.Accounts;
using Outpost.FieldService.Clients;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>
/// Something a company says to its clients: what a message of it is called, what its text may speak of, and how to find that out. It is asked again in the
/// moment of sending, so that nobody is reminded of a visit that was called off meanwhile.
/// </summary>
/// <param name="Name">As it stands in <c>messages.rule</c>: <c>visit_reminder</c>.</param>
/// <param name="SubjectType">What it speaks of: <c>visit</c>.</param>
/// <param name="Find">The facts for one occasion; null when the thing is gone.</param>
/// <param name="Defaults">Our wording for each way there is to say it.</param>
/// <param name="Example">The thing that a preview speaks of: the newest there is; null when there is none.</param>
internal sealed record MessageRule(
    string Name,
    string SubjectType,
    IReadOnlyList<string> Placeholders,
    FindFacts Find,
    FindExample Example,
    IReadOnlyDictionary<Channel, Template> Defaults);

/// <param name="occurrence">Null for an example: then nothing but the facts counts.</param>
internal delegate Task<Facts?> FindFacts(Db db, CurrentUser company, Guid subject, string? occurrence, DateTimeOffset now, CancellationToken ct);

internal delegate Task<Guid?> FindExample(Db db, CurrentUser company, CancellationToken ct);

/// <summary>What can be said about one thing, and to whom.</summary>
/// <param name="Obstacle">Why there is no point in saying it any more; null when there is one.</param>
/// <param name="Zone">The zone of the place it happens at, or of the company: quiet hours are quiet there.</param>
internal sealed record Facts(ClientId Client, string? Obstacle, string Zone, IReadOnlyDictionary<string, string> Values);

/// <summary>All rules there are, by name.</summary>
internal sealed class MessageBook(IEnumerable<MessageRule> rules)
{
    private readonly Dictionary<string, MessageRule> _rules = rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);

    public IEnumerable<MessageRule> Rules => _rules.Values.OrderBy(rule => rule.Name, StringComparer.Ordinal);

    public MessageRule? Find(string name) => _rules.GetValueOrDefault(name);
}
