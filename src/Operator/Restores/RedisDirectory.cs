using Outpost.Platform.Processes;

namespace Outpost.Operator.Restores;

/// <summary>
/// A data directory for a Redis with an append-only file that holds what an RDB file holds: the file becomes the base of the append-only one. A server
/// that keeps an append-only file would not look at an RDB file beside it.
/// </summary>
internal static class RedisDirectory
{
    private const string Appending = "appendonlydir", Base = "appendonly.aof.1.base.rdb", Increment = "appendonly.aof.1.incr.aof";

    /// <param name="directory">Made; belongs to the user that runs the server.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Fill(string directory, string rdb, UnixUser? user)
    {
        PrivateDirectory.Ensure(directory);
        var appending = Path.Combine(directory, Appending);
        PrivateDirectory.Ensure(appending);
        File.Copy(rdb, Path.Combine(appending, Base));
        AtomicFile.Write(Path.Combine(appending, Increment), "");
        AtomicFile.Write(Path.Combine(appending, "appendonly.aof.manifest"), $"file {Base} seq 1 type b\nfile {Increment} seq 1 type i\n");
        foreach (var path in Directory.EnumerateFiles(appending)) PrivateDirectory.Give(path, user);
        PrivateDirectory.Give(appending, user);
        PrivateDirectory.Give(directory, user);
        Storage.SyncNames(appending);
        Storage.SyncNames(directory);
    }
}
