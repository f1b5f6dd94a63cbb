using System.Runtime.CompilerServices;
using System.Text;
using Outpost.Kernel;

namespace Outpost.FieldService.Tests;

/// <summary>
/// A table of moves as a drawing in docs/states and as the database has it. The drawings are written again with <c>OUTPOST_WRITE_DOCS=1</c>.
/// </summary>
internal static class StateDrawing
{
    public static string Drawn<T>(string thing, T first, IReadOnlyDictionary<T, T[]> moves, string says) where T : struct, Enum
    {
        var text = new StringBuilder($"# {thing}: states\n\nWritten from the table `{thing}.Moves`. Rewrite it with `OUTPOST_WRITE_DOCS=1` and the tests of the field service.\n\n");
        text.Append(says.Trim()).Append("\n\n```mermaid\nstateDiagram-v2\n").Append($"    [*] --> {Words<T>.Of(first)}\n");
        foreach (var from in Enum.GetValues<T>())
        {
            foreach (var to in moves[from]) text.Append($"    {Words<T>.Of(from)} --> {Words<T>.Of(to)}\n");
            if (moves[from] is []) text.Append($"    {Words<T>.Of(from)} --> [*]\n");
        }

        return text.Append("```\n").ToString();
    }

    public static void SeeThatItIsKept(string file, string drawn, string folder = "states")
    {
        var path = Path.Combine(Root(), "docs", folder, file);
        if (Environment.GetEnvironmentVariable("OUTPOST_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, drawn);
        }

        Assert.Equal(drawn, File.Exists(path) ? File.ReadAllText(path) : "");
    }

    public static string Listed<T>(IReadOnlyDictionary<T, T[]> moves) where T : struct, Enum => string.Join(' ', moves
        .SelectMany(from => from.Value, (from, to) => $"{Words<T>.Of(from.Key)}>{Words<T>.Of(to)}").Order(StringComparer.Ordinal));

    public static async Task<string> InDatabaseAsync(FieldServiceUnderTest app, string machine) => (string)(await app.ValueAsync("""
        select string_agg(from_status || '>' || to_status, ' ' order by (from_status || '>' || to_status) collate "C") from state_moves where machine = $1
        """, machine))!;

    public static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "Outpost.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
