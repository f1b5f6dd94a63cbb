using System.Text.Json;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Nodes;

/// <summary>What a node that follows, or once followed, another server knows of it.</summary>
/// <param name="Name">What the primary calls it.</param>
/// <param name="PrimaryData">The primary's data directory where that is on this machine; null where only its URL is known.</param>
/// <param name="PrimaryUrl">How it is reached, without a password.</param>
/// <param name="Slot">Where the primary keeps back what this node has not fetched.</param>
/// <param name="Connections">The primary's limit; a standby with a lower one could not follow.</param>
/// <param name="PromotedAt">Since when it is the primary itself; null while it follows.</param>
internal sealed record NodeRecord(string Name, string? PrimaryData, string PrimaryUrl, string Slot, int Connections, DateTimeOffset AddedAt, DateTimeOffset? PromotedAt = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Null when this installation never followed another.</summary>
    public static NodeRecord? Read(DataDirectory data)
    {
        try
        {
            return File.Exists(data.Node) ? JsonSerializer.Deserialize<NodeRecord>(File.ReadAllBytes(data.Node), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(DataDirectory data) => AtomicFile.Write(data.Node, JsonSerializer.Serialize(this, Json) + "\n");
}
