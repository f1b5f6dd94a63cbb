using Outpost.Platform.Processes;

namespace Outpost.Platform.Postgres.Embedded;

/// <summary>Makes the cluster beside its place and moves it there when it is whole; so a cluster that is there is never half of one.</summary>
internal static class ClusterCreation
{
    /// <summary>What a fresh cluster and its first databases need, with room to recover from a crash. In megabytes.</summary>
    private const int Room = 96;

    internal static async Task RunAsync(ClusterPlace place, PostgresBinaries binaries, UnixUser? runAs, string superuserPassword, CancellationToken ct)
    {
        if (Directory.Exists(place.Data) && Directory.EnumerateFileSystemEntries(place.Data).Any())
        {
            throw new TroubleException(
                TroubleKind.Refused, $"{place.Data} is not empty and holds no PostgreSQL cluster", $"look at it (ls -la {place.Data}) and move it away, or choose another directory: outpost up --data DIR");
        }

        RemoveRemains(place);
        if (Storage.FreeMegabytes(place.Data) is var free && free < Room) throw Storage.Full(place.Data, $"a new database needs {Room} MB, {free} MB are free");

        var beside = $"{place.Data}.new-{Guid.NewGuid():n}";
        try
        {
            // The password is written while the directory is still ours; then both are given away.
            PrivateDirectory.Ensure(beside);
            var password = Path.Combine(beside, "password");
            AtomicFile.Write(password, superuserPassword + "\n");
            PrivateDirectory.Give(password, runAs);
            PrivateDirectory.Give(beside, runAs);

            var whole = Path.Combine(beside, "cluster");
            var initdb = await ShortRun.OfAsync(
                [
                    binaries.InitDb, "--pgdata", whole, "--username", "postgres", "--pwfile", password, "--auth=scram-sha-256",
                    "--data-checksums", "--wal-segsize=1", "--encoding=UTF8", "--locale=C.UTF-8", "--text-search-config=english",
                ],
                runAs, null, ct);
            if (initdb.Code != 0) throw Failed(place, initdb);

            if (Directory.Exists(place.Data)) Directory.Delete(place.Data);
            Directory.Move(whole, place.Data);
        }
        catch (IOException e)
        {
            throw Storage.Trouble(place.Data, e);
        }
        finally
        {
            RemoveRemains(place);
        }
    }

    // An initdb whose supervisor was killed may still write into what is removed here. What is left of it goes at the next start.
    private static void RemoveRemains(ClusterPlace place)
    {
        foreach (var remains in Directory.EnumerateDirectories(Path.GetDirectoryName(place.Data)!, Path.GetFileName(place.Data) + ".new-*"))
        {
            try
            {
                Directory.Delete(remains, recursive: true);
            }
            catch (IOException)
            {
            }
        }
    }

    private static TroubleException Failed(ClusterPlace place, ShortRun initdb)
    {
        if (Storage.IsFull(initdb.Output)) return Storage.Full(place.Data, Evidence(initdb));

        return new(TroubleKind.Failed, $"PostgreSQL could not make a new database in {place.Data}", "fix what initdb says, then: outpost up", Evidence(initdb));
    }

    private static string Evidence(ShortRun initdb) => string.Join('\n', initdb.Output.TrimEnd().Split('\n').Where(l => l.Length > 0).TakeLast(4));
}
