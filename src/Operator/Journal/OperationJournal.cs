using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Journal;

/// <summary>
/// What was done to an installation, by whom and how it ended: one JSON object a line, only ever appended to. A line that was written is on the disk
/// before the next thing is done. A line that a power cut tore is left where it is and skipped; the next begins on a line of its own.
/// </summary>
/// <param name="path">The file; made with the first line.</param>
public sealed class OperationJournal(string path)
{
    private const int WouldBlock = 11;

    public string Path => path;

    private static readonly TimeSpan TurnWithin = TimeSpan.FromSeconds(10);

    /// <exception cref="TroubleException">It could not be written; what the lines tell must then not be done.</exception>
    public void Append(params ReadOnlySpan<JournalLine> lines)
    {
        try
        {
            var isNew = !File.Exists(path);
            using (var file = OpenInTurn())
            {
                var torn = false;
                if (file.Length > 0)
                {
                    file.Position = file.Length - 1;
                    torn = file.ReadByte() != '\n';
                }

                file.Position = file.Length;
                var text = new StringBuilder(torn ? "\n" : "");
                foreach (var line in lines) text.Append(JsonSerializer.Serialize(line, JournalJson.Default.JournalLine)).Append('\n');
                file.Write(Encoding.UTF8.GetBytes(text.ToString()));
                file.Flush(flushToDisk: true);
            }

            if (isNew) Storage.SyncNames(System.IO.Path.GetDirectoryName(path)!);
        }
        catch (IOException e)
        {
            throw Storage.Trouble(path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage.Trouble(path, e);
        }
    }

    /// <summary>All lines that can be read, oldest first; none when nothing was ever done.</summary>
    /// <exception cref="TroubleException">It is there and may not be read.</exception>
    public IReadOnlyList<JournalLine> Lines()
    {
        if (!File.Exists(path)) return [];

        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var lines = new List<JournalLine>();
            while (reader.ReadLine() is { } text)
            {
                if (Read(text) is { } line) lines.Add(line);
            }

            return lines;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TroubleException(TroubleKind.Refused, $"{path} belongs to another user", $"run this as {UnixUser.NameOf(PrivateDirectory.Owner(path))}", e.Message, e);
        }
    }

    /// <summary>The commands, in the order in which they began.</summary>
    public IReadOnlyList<JournalledRun> Runs() =>
    [
        .. from line in Lines()
           group line by line.Run into run
           let start = run.FirstOrDefault(l => l.Event == JournalEvent.Start)
           where start is not null
           select new JournalledRun(start, [.. run.Where(l => l.Event == JournalEvent.Step)], run.LastOrDefault(l => l.Event == JournalEvent.End)),
    ];

    // Commands that do not take the lock write here too; two that open at once must not write over each other.
    private FileStream OpenInTurn()
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    BufferSize = 0,
                    UnixCreateMode = AtomicFile.Private,
                });
            }
            catch (IOException e) when (e.HResult == WouldBlock && Stopwatch.GetElapsedTime(begun) < TurnWithin)
            {
                Thread.Yield();
            }
        }
    }

    private static JournalLine? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
