using System.Text.Json;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Nodes;

/// <summary>Keeps a server that was replaced from ever writing again: of two that both take writes neither holds the truth.</summary>
/// <param name="By">Who took over, and where.</param>
internal sealed record Fence(string By, DateTimeOffset At)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The lock on the data directory is the caller's, so nothing starts meanwhile. It is on the disk when this returns.</summary>
    public void Put(DataDirectory data)
    {
        AtomicFile.Write(data.Fence, JsonSerializer.Serialize(this, Json) + "\n");
        Storage.SyncNames(data.Path);
    }

    /// <summary>Stands before every start of an installation.</summary>
    /// <exception cref="TroubleException">It was replaced, or it follows another server and must not be written to.</exception>
    public static void RefuseUp(DataDirectory data)
    {
        if (File.Exists(data.Fence))
        {
            throw new TroubleException(
                TroubleKind.Refused,
                $"the database in {data.Path} was replaced by another node and must not run beside it",
                $"make it that node's standby: outpost node add --data {data.Path} --from DIR --replace. Only if the other node was given up for good: rm {data.Fence}",
                File.ReadAllText(data.Fence).Trim());
        }

        if (Follows(data))
        {
            throw new TroubleException(
                TroubleKind.Refused, $"the database in {data.Path} follows {NodeRecord.Read(data)?.PrimaryUrl ?? "another server"}", $"let it follow: outpost node run --data {data.Path}; or let it take over: outpost node promote --data {data.Path}");
        }
    }

    public static bool Follows(DataDirectory data) => File.Exists(Path.Combine(data.Postgres.Data, "standby.signal"));
}
