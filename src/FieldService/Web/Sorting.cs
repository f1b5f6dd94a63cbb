using Outpost.Kernel;
using Outpost.Platform.Postgres;

namespace Outpost.FieldService.Web;

/// <summary>
/// The orders a list offers, by the words the API has for them. Each names its columns in full, the id last, so that an order is total
/// and a row never shows on two pages.
/// </summary>
/// <param name="usual">The order when none is asked for.</param>
internal sealed class Sorting(string usual, bool descending, params (string Word, Sql Ascending, Sql Descending)[] keys)
{
    /// <summary>What a list can be asked to be ordered by.</summary>
    public IEnumerable<string> Words => keys.Select(key => key.Word);

    /// <exception cref="RuleException">VALIDATION_ERROR: no such key or direction.</exception>
    public Sql By(string? sort, string? order)
    {
        var down = order switch
        {
            "asc" => false,
            "desc" => true,
            null or "" => descending && sort is null or "",
            _ => throw ListParameters.NoneOf("order", ["asc", "desc"]),
        };

        foreach (var key in keys)
        {
            if (key.Word == (sort is null or "" ? usual : sort)) return down ? key.Descending : key.Ascending;
        }

        throw ListParameters.NoneOf("sort", Words);
    }
}
