using Outpost.Platform.Processes;

namespace Outpost.Operator.Backups.Offsite;

/// <summary>A second directory: another disk, or what is mounted over a network. It has to be there: a directory that is missing is a disk that is not plugged in.</summary>
internal sealed class DirectoryFarEnd(string directory) : IFarEnd
{
    public string Name => directory;

    public async Task PutAsync(string path, string name, CancellationToken ct)
    {
        Demand();
        var next = Path.Combine(directory, $".{name}.arriving");
        try
        {
            File.Delete(next);
            await using (var from = File.OpenRead(path)) await HashedFile.WriteAsync(from, next, null, ct);
            File.Move(next, Path.Combine(directory, name), overwrite: true);
            Storage.SyncNames(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Trouble(e);
        }
    }

    public async Task<string?> DifferenceAsync(string path, string name, HashedFile sent, CancellationToken ct)
    {
        try
        {
            var there = await HashedFile.ReadAsync(Path.Combine(directory, name), null, ct);
            return there == sent ? null : $"{name} has the SHA-256 {there.Sha256[..12]}… there, {sent.Sha256[..12]}… was sent";
        }
        catch (FileNotFoundException)
        {
            return $"{name} is not there";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Trouble(e);
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        Demand();
        return Task.FromResult<IReadOnlyList<string>>([.. Directory.EnumerateFiles(directory).Select(p => Path.GetFileName(p))]);
    }

    public async Task GetAsync(string name, string path, CancellationToken ct)
    {
        Demand();
        try
        {
            await using var from = File.OpenRead(Path.Combine(directory, name));
            await HashedFile.WriteAsync(from, path, null, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Trouble(e);
        }
    }

    public Task RemoveAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        try
        {
            foreach (var name in names) File.Delete(Path.Combine(directory, name));
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Trouble(e);
        }
    }

    private void Demand()
    {
        if (!Directory.Exists(directory)) throw new TroubleException(TroubleKind.Failed, $"there is no directory {directory} for the copy", "plug in or mount the disk, or make the directory, then: outpost backup offsite");
    }

    private TroubleException Trouble(Exception e) => new(TroubleKind.Failed, $"the copy to {directory} did not work: {e.Message}", $"see that it can be written and has room (df -h {directory}), then: outpost backup offsite", inner: e);
}
