using Outpost.Platform.Processes;

namespace Outpost.Operator.Archive.PgBackRest;

/// <summary>Runs pgBackRest as the user that owns the cluster.</summary>
internal sealed class PgBackRestRun(ArchivedServer server, PgBackRestPlace place)
{
    public Task<ShortRun> TryAsync(string command, IReadOnlyList<string> words, CancellationToken ct) => ShortRun.OfAsync(
        [.. server.WithPassword(), PgBackRestPlace.Program, $"--config={place.Configuration}", $"--stanza={PgBackRestPlace.Stanza}", command, .. words], server.RunAs, null, ct);

    public TroubleException Failed(string cause, ShortRun run) => Storage.IsFull(run.Output)
        ? Storage.Full(place.Repository, run.Output.Trim())
        : new(TroubleKind.Failed, cause, "fix what pgBackRest says, then: outpost archive status", run.Output.Trim());

    /// <summary>A word as it stands in a command that a shell of PostgreSQL's runs, which itself gives <c>%</c> a meaning.</summary>
    public static string ForShell(string word) =>
        (word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '=' or ':') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'").Replace("%", "%%", StringComparison.Ordinal);
}
