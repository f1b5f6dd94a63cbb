using System.Security.Cryptography;
using System.Text;

namespace Outpost.FieldService.Audit;

/// <summary>What is wrong with a chain, at the first place where something is.</summary>
/// <param name="Seq">The first number that does not fit.</param>
public sealed record ChainFault(long Seq, string Message);

/// <summary>What going through a chain has shown.</summary>
/// <param name="Rows">How many rows fit, from the first on.</param>
/// <param name="Head">The last row that fits, to be written down elsewhere; null when there is none.</param>
/// <param name="Fault">Null when the chain holds.</param>
public sealed record ChainVerdict(long Rows, ChainHead? Head, ChainFault? Fault);

/// <summary>
/// Goes through a chain link by link. Knows nothing of where the links come from, so a file can be checked without the database it came from.
/// </summary>
/// <param name="kept">A head that was written down before: the chain must have had it.</param>
public sealed class ChainCheck(ChainHead? kept)
{
    private byte[] _hash = [];
    private ChainFault? _fault;

    /// <summary>How many links held.</summary>
    public long Rows { get; private set; }

    /// <returns>False at the first link that does not hold; what comes after it proves nothing.</returns>
    public bool Add(ChainLink link)
    {
        var expected = Rows + 1;
        if (_fault is not null) return false;
        if (link.Seq != expected) return Broken(expected, link.Seq > expected ? $"Row {expected} is missing." : $"Row {link.Seq} stands in the place of row {expected}.");
        if (link.Entry is null) return Broken(expected, $"Row {expected} was removed: its link is still there.");

        var text = Encoding.UTF8.GetBytes(link.Entry);
        var hash = SHA256.HashData([.. _hash, .. text]);
        if (!hash.AsSpan().SequenceEqual(link.Hash)) return Broken(expected, $"Row {expected} is not what it was: it was changed, put here from elsewhere, or the row before it was.");
        if (kept is { } head && head.Seq == expected && head.Hash != Convert.ToHexStringLower(hash))
        {
            return Broken(expected, $"Row {expected} is not the one that was written down: the chain was made anew up to here.");
        }

        (_hash, Rows) = (hash, expected);
        return true;
    }

    /// <summary>A row of the log that no link leads to.</summary>
    public void Stray(Guid id)
    {
        if (_fault is null) Broken(Rows + 1, $"The row with the id {id} is in the log and not in the chain: it was slipped in.");
    }

    public ChainVerdict Verdict()
    {
        if (_fault is null && kept is { } head && head.Seq > Rows) Broken(Rows + 1, $"The rows from {Rows + 1} to {head.Seq}, the last that was written down, are missing.");
        return new(Rows, Rows > 0 ? new(Rows, Convert.ToHexStringLower(_hash)) : null, _fault);
    }

    private bool Broken(long seq, string message)
    {
        _fault = new(seq, message);
        return false;
    }
}
