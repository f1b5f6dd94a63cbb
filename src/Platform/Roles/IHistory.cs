using Outpost.Platform.Configuration;

namespace Outpost.Platform.Roles;

/// <summary>The audit log of a part of Outpost, as the operator's command line checks it: a chain of hashes for each account.</summary>
public interface IHistory
{
    /// <param name="settings">How the database is reached.</param>
    /// <param name="account">Whose, by name or id; null for everybody's.</param>
    /// <param name="head">A head, <c>SEQ:HASH</c>, that was written down before; null when there is none.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Kernel.RuleException">There is no such account, or <paramref name="head"/> is none or could belong to several.</exception>
    Task<IReadOnlyList<HistoryVerdict>> VerifyAsync(Settings settings, string? account, string? head, CancellationToken ct);

    /// <summary>Checks a file that was exported, without any database.</summary>
    /// <exception cref="Kernel.RuleException"><paramref name="head"/> is none.</exception>
    Task<HistoryVerdict> VerifyFileAsync(Stream file, string? head, CancellationToken ct);
}

/// <param name="Account">Whose history; null where a file does not say.</param>
/// <param name="Rows">How many rows hold, from the first on.</param>
/// <param name="Head">The last that holds, to be written down elsewhere; null when there is none.</param>
/// <param name="FirstBadSeq">Where it begins to be wrong; null when it holds.</param>
/// <param name="Problem">What is wrong there.</param>
public sealed record HistoryVerdict(string? Account, long Rows, string? Head, long? FirstBadSeq, string? Problem);
