using System.Diagnostics;
using Npgsql;
using Outpost.Platform.Processes;
using Outpost.Operator.Tests.Backups;

namespace Outpost.Operator.Tests.Restores;

/// <summary>A server that has never seen any role of ours.</summary>
internal sealed class FreshServer(string directory) : IAsyncDisposable
{
    public static async Task<FreshServer> StartAsync(string directory)
    {
        var user = UnixUser.IsRoot ? "setpriv --reuid=postgres --regid=postgres --init-groups" : "";
        var sockets = Directory.CreateTempSubdirectory("outpost-fresh-").FullName;
        if (UnixUser.IsRoot) await BackedUp.ShellAsync($"chown postgres {sockets}; chmod 755 {Path.GetDirectoryName(directory)}; mkdir -p {directory} && chown postgres {directory}");
        await BackedUp.ShellAsync($"""
            cd /; bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
            {user} $bin/initdb -D {sockets}/data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
            {user} $bin/pg_ctl start -w -D {sockets}/data -l {sockets}/log -o "-k {sockets} -c listen_addresses= -c fsync=off -c shared_buffers=16MB" >/dev/null 2>&1
            """);
        return new(sockets);
    }

    public string Url(string user, string database) => $"postgresql://{user}@/{database}?host={Uri.EscapeDataString(directory)}";

    public string Connection(string user, string database) => new NpgsqlConnectionStringBuilder { Host = directory, Username = user, Database = database, Pooling = false }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        var user = UnixUser.IsRoot ? "setpriv --reuid=postgres --regid=postgres --init-groups" : "";
        await BackedUp.ShellAsync($"cd /; {user} $(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_ctl stop -D {directory}/data -m immediate >/dev/null 2>&1");
        Directory.Delete(directory, recursive: true);
    }
}
