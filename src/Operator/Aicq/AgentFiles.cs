using System.Security;
using System.Text.Json;
using Outpost.Platform.Configuration;
using Outpost.Platform.Processes;
using Outpost.Platform.Secrets;

namespace Outpost.Operator.Aicq;

/// <summary>
/// Who an agent is: the id the hub gave it and its private key. Kept as every client of the hub keeps it, so that they can be exchanged: <c>agent.json</c> with <c>id</c> and
/// <c>public_key</c>, and <c>private.key</c> with the base64 of the 32 bytes of the seed and nothing else.
/// </summary>
internal sealed record AgentIdentity(Guid Id, Ed25519Key Key)
{
    public string PublicKey => Convert.ToBase64String(Key.PublicKey);
}

/// <summary>The directory in which an agent's identity lies: <c>AICQ_CONFIG</c>, or <c>~/.aicq</c>.</summary>
internal sealed class AgentFiles(string directory)
{
    private const string MakeOne = "outpost aicq register NAME";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true };

    public string Directory { get; } = Path.GetFullPath(directory);

    private string Agent => Path.Combine(Directory, "agent.json");

    private string PrivateKey => Path.Combine(Directory, "private.key");

    /// <param name="asked">What was said on the command line; it goes before the setting.</param>
    public static AgentFiles Of(string? asked, Settings settings) =>
        new(asked ?? settings["AICQ_CONFIG"] ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aicq"));

    /// <exception cref="TroubleException">Nobody is registered, or the files are not what they should be.</exception>
    public AgentIdentity Load() => TryLoad() ?? throw new TroubleException(TroubleKind.Refused, $"no agent is registered in {Directory}", MakeOne);

    /// <summary>Null when no agent has been registered from here.</summary>
    /// <exception cref="TroubleException">The files are not what they should be.</exception>
    public AgentIdentity? TryLoad()
    {
        if (!File.Exists(Agent) || !File.Exists(PrivateKey)) return null;

        var key = LoadKey()!;
        Record? agent;
        try
        {
            agent = JsonSerializer.Deserialize<Record>(Read(Agent), Indented);
        }
        catch (JsonException)
        {
            agent = null;
        }

        if (agent is null || !Guid.TryParse(agent.Id, out var id)) throw new TroubleException(TroubleKind.Refused, $"{Agent} holds no agent's id", $"put the file back, or register the same key again: {MakeOne}");
        if (agent.PublicKey is { } told && told != Convert.ToBase64String(key.PublicKey))
        {
            throw new TroubleException(TroubleKind.Refused, $"{PrivateKey} is not the key of the agent in {Agent}", "put back the two files that belong together");
        }

        return new(id, key);
    }

    /// <summary>The key that is there already; null when there is none.</summary>
    /// <exception cref="TroubleException">It is no key.</exception>
    public Ed25519Key? LoadKey()
    {
        if (!File.Exists(PrivateKey)) return null;

        var seed = new byte[64];
        // The tool that comes with the first hub prints the seed with the public key behind it.
        return Convert.TryFromBase64String(Read(PrivateKey).Trim(), seed, out var length) && length is 32 or 64
            ? new(seed.AsSpan(0, Ed25519Key.SeedLength))
            : throw new TroubleException(TroubleKind.Refused, $"{PrivateKey} holds no private key: it is the base64 of 32 bytes", "put the file back, or name another directory with --config");
    }

    /// <summary>Before the hub is told of it: a key that is lost after that can never be used.</summary>
    public void SaveKey(Ed25519Key key)
    {
        if (!System.IO.Directory.Exists(Directory)) PrivateDirectory.Ensure(Directory);
        AtomicFile.Write(PrivateKey, Convert.ToBase64String(key.Seed));
    }

    public void SaveAgent(AgentIdentity identity) =>
        AtomicFile.Write(Agent, JsonSerializer.Serialize(new Record(identity.Id.ToString(), identity.PublicKey), Indented));

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or SecurityException)
        {
            throw new TroubleException(TroubleKind.Refused, $"{path} cannot be read: {unreadable.Message}", "let its owner run this, or name another directory with --config");
        }
    }

    private sealed record Record(string? Id, string? PublicKey);
}
