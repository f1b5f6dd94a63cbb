namespace Outpost.FieldService.Web;

/// <summary>What stands in the way of deleting something, counted.</summary>
internal sealed record InUse(int Jobs, int Estimates, int Invoices, int Plans)
{
    public bool Any => Jobs + Estimates + Invoices + Plans > 0;

    /// <summary>For a sentence that ends in it: <c>2 jobs and 1 invoice</c>.</summary>
    public override string ToString()
    {
        string[] parts = [.. new[] { Counted(Jobs, "job"), Counted(Estimates, "estimate"), Counted(Invoices, "invoice"), Counted(Plans, "plan") }.OfType<string>()];
        return parts is [.. var first, var last] && first.Length > 0 ? $"{string.Join(", ", first)} and {last}" : string.Concat(parts);
    }

    private static string? Counted(int number, string noun) => number switch { 0 => null, 1 => $"1 {noun}", _ => $"{number} {noun}s" };
}
