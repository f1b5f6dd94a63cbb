namespace Outpost.Operator.Tests.Runbooks;

/// <summary>The source tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Outpost.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("The tests run from inside the source tree.");
    }
}
