using Outpost.FieldService.Accounts;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Messages;

/// <summary>A file that goes with a letter.</summary>
/// <param name="Name">ASCII, with its ending.</param>
internal sealed record Enclosure(string Name, string MediaType, byte[] Content);

/// <summary>Makes what goes with a letter of a rule about a thing; nothing for most of them. It is asked when the letter is about to go, so that it is of that moment.</summary>
/// <exception cref="Kernel.RuleException">It cannot be made now, and the letter waits.</exception>
internal delegate Task<IReadOnlyList<Enclosure>> Enclose(CurrentUser company, ReadDb db, string rule, Guid subject, CancellationToken ct);
