using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>Another host by rsync, over ssh or its own daemon. The far end reads what it has and tells the checksum itself.</summary>
/// <param name="destination">As rsync writes it: <c>backup-host:/backups/ai-fsm</c>.</param>
internal sealed class RsyncFarEnd(string destination) : IFarEnd
{
    private static readonly string[] Patience = ["--timeout=120"];

    public string Name => destination.StartsWith("rsync://", StringComparison.Ordinal) ? destination : "rsync:" + destination;

    private string Folder => destination.TrimEnd('/') + "/";

    // rsync writes beside and renames at the end by itself.
    public async Task PutAsync(string path, string name, CancellationToken ct) => await RunAsync(ct, "--times", "--ignore-times", "--chmod=F600", path, Folder + name);

    public async Task<string?> DifferenceAsync(string path, string name, HashedFile sent, CancellationToken ct)
    {
        var run = await RunAsync(ct, "--dry-run", "--checksum", "--itemize-changes", path, Folder + name);
        // A line that begins with < or > says that the contents would have to be sent.
        return run.Output.Split('\n').Any(line => line is ['<' or '>', 'f', ..]) ? $"{name} has another checksum there than what was sent" : null;
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct) =>
    [
        // Permissions, size, date, time, name.
        .. (await RunAsync(ct, "--list-only", Folder)).Output.Split('\n')
            .Where(line => line.StartsWith('-'))
            .Select(line => line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 5)
            .Select(fields => fields[4]),
    ];

    public async Task GetAsync(string name, string path, CancellationToken ct) => await RunAsync(ct, Folder + name, path);

    public async Task RemoveAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        // An empty directory is copied over it, in which only these names count.
        var empty = Directory.CreateTempSubdirectory("outpost-empty-");
        try
        {
            await RunAsync(ct, ["--dirs", "--delete", .. names.Select(n => $"--include=/{n}"), "--exclude=*", empty.FullName + "/", Folder]);
        }
        finally
        {
            empty.Delete();
        }
    }

    private async Task<ToolRun> RunAsync(CancellationToken ct, params string[] words)
    {
        var run = await ToolRun.OfAsync(new("rsync", [.. Patience, .. words]) { InheritsEnvironment = true }, ct);
        return run.Code == 0 ? run : throw new TroubleException(TroubleKind.Failed, $"rsync could not reach or use {destination}", $"try it by hand: rsync --list-only {Folder}", run.Evidence);
    }
}
