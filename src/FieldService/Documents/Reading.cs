using System.Data.Common;

namespace Outpost.FieldService.Documents;

internal static class Reading
{
    /// <summary>All rows of the next result of a batch.</summary>
    public static async Task<List<T>> NextListAsync<T>(this DbDataReader reader, Func<DbDataReader, T> read, CancellationToken ct)
    {
        var rows = new List<T>();
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }
}
