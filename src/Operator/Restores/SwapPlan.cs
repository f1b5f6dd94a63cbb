using System.Text.Json;
using System.Text.Json.Serialization;
using Outpost.Operator.Runtimes;
using Outpost.Platform.Processes;

namespace Outpost.Operator.Restores;

/// <summary>What is put in the place of what.</summary>
public enum SwapKind
{
    Database,

    /// <summary>A directory beside another.</summary>
    Directory,

    /// <summary>The directory of the installation's own Redis, which is started again on it.</summary>
    Redis,
}

/// <param name="System">The subsystem of a database; null for a directory.</param>
/// <param name="Live">The name that is used.</param>
/// <param name="Staged">What takes this name.</param>
/// <param name="Kept">The name that what had it so far gets.</param>
public sealed record Swap(SwapKind Kind, string? System, string Live, string Staged, string Kept);

/// <summary>
/// Everything that a restore puts in place, written down before the first of it and until the last: who comes after a kill goes on with it, so that a
/// database is never left with the documents of another day.
/// </summary>
/// <param name="Id">Of the command in the journal.</param>
/// <param name="Stamp">Of the set that was restored.</param>
/// <param name="Begun">When the first was put in place.</param>
public sealed record SwapPlan(Guid Id, string Stamp, DateTimeOffset Begun, IReadOnlyList<Swap> Swaps)
{
    /// <summary>The plan that was cut off; null when there is none.</summary>
    public static SwapPlan? Pending(DataDirectory data) => Read(PendingPath(data)) is [var plan, ..] ? plan : null;

    /// <summary>Restores that were done and of which the former state is kept, oldest first.</summary>
    public static IReadOnlyList<SwapPlan> Kept(DataDirectory data) => Read(KeptPath(data));

    public void Begin(DataDirectory data)
    {
        PrivateDirectory.Ensure(data.Restores);
        Write(PendingPath(data), [this]);
    }

    public void Done(DataDirectory data)
    {
        if (Kept(data).All(k => k.Id != Id)) Write(KeptPath(data), [.. Kept(data), this]);
        File.Delete(PendingPath(data));
    }

    public static void Forget(DataDirectory data, SwapPlan plan) => Write(KeptPath(data), [.. Kept(data).Where(k => k.Id != plan.Id)]);

    private static string PendingPath(DataDirectory data) => Path.Combine(data.Restores, "pending.json");

    private static string KeptPath(DataDirectory data) => Path.Combine(data.Restores, "kept.json");

    private static SwapPlan[] Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), SwapJson.Default.SwapPlanArray) ?? [] : [];

    private static void Write(string path, SwapPlan[] plans)
    {
        AtomicFile.Write(path, JsonSerializer.Serialize(plans, SwapJson.Default.SwapPlanArray) + "\n");
        Storage.SyncNames(Path.GetDirectoryName(path)!);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SwapPlan[]))]
internal sealed partial class SwapJson : JsonSerializerContext;
