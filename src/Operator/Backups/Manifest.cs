using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Outpost.Operator.Backups;

/// <summary>What a file of a backup holds.</summary>
public enum BackupContent
{
    Database,
    Redis,
    Documents,

    /// <summary>The installation's own passwords, keys and settings; always encrypted.</summary>
    Configuration,
}

/// <summary>
/// What is known of one file of a backup: enough to tell later whether it is still what was written, and whether what is restored from it is all
/// that was there. It lies beside the file; a file without one is no backup. <see cref="Seal"/> is the SHA-256 of everything else in it, which finds
/// damage and an exchange of manifests, not somebody who may write in the directory and means harm.
/// </summary>
/// <param name="File">The file's name, without its directory.</param>
/// <param name="Part">What is in it: a database's name, <c>documents</c>, <c>redis</c>, <c>configuration</c>.</param>
/// <param name="System">The subsystem whose it is; null for what belongs to all.</param>
/// <param name="Stamp">The same in all files of one set.</param>
/// <param name="TakenAt">The instant of which it is the picture: what was committed later is not in it.</param>
/// <param name="Size">In bytes.</param>
/// <param name="DurationMs">From the beginning of the set until this file was verified.</param>
/// <param name="Tool">The version of Outpost that wrote it.</param>
/// <param name="Set">The names of all files of the set, this one among them.</param>
/// <param name="Missing">The parts that belong to the set and could not be taken.</param>
public sealed record Manifest(
    int Format, string File, string Part, BackupContent Content, string? System, string Stamp, DateTimeOffset TakenAt, long Size, string Sha256, long DurationMs, string Tool,
    IReadOnlyList<string> Set, IReadOnlyList<string> Missing, DatabaseFacts? Database, RedisFacts? Redis, DocumentFacts? Documents, string Seal)
{
    public const int CurrentFormat = 1;

    public ConfigurationFacts? Configuration { get; init; }

    /// <summary>With the seal that fits what stands in it.</summary>
    public Manifest Sealed() => this with { Seal = SealOf() };

    public string ToJson() => JsonSerializer.Serialize(this, ManifestJson.Default.Manifest) + "\n";

    /// <returns>Null when the text is no manifest, or its seal does not fit.</returns>
    public static Manifest? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ManifestJson.Default.Manifest) is { File: not null, Set: not null, Missing: not null } manifest && manifest.Seal == manifest.SealOf() ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string SealOf() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Seal = "" }, ManifestJson.Default.Manifest)));
}

/// <summary>A database at the instant of its snapshot.</summary>
/// <param name="Server">The server's version: <c>15.20</c>.</param>
/// <param name="Lsn">Where its write-ahead log stood.</param>
/// <param name="Schema">The newest migration; null when it keeps none.</param>
/// <param name="Bytes">What it takes on the server.</param>
/// <param name="Rows">How many rows each table has; tables of another schema than <c>public</c> with its name.</param>
/// <param name="Access">For each table whether row-level security is on, how many policies it has, and who may do what.</param>
/// <param name="Roles">Those that own something in it or were granted something.</param>
/// <param name="Grants">What was granted on the database itself.</param>
/// <param name="Globals">Roles, memberships and settings of the whole server as <c>pg_dumpall</c> writes them, without passwords.</param>
public sealed record DatabaseFacts(
    string Server, string Name, string Lsn, string? Schema, long Bytes, string Encoding, string Collate, string Ctype, string Owner, string? Comment,
    SortedDictionary<string, long> Rows, SortedDictionary<string, string> Access, IReadOnlyList<RoleFacts> Roles, IReadOnlyList<GrantFacts> Grants, string Globals)
{
    public int Major => int.Parse(Server.Split('.', ' ')[0].TrimEnd('d', 'e', 'v', 'b', 't', 'a', 'r', 'c'), global::System.Globalization.CultureInfo.InvariantCulture);
}

/// <param name="Settings">As in <c>alter role … set</c>: <c>statement_timeout=30s</c>.</param>
public sealed record RoleFacts(string Name, bool Login, bool Superuser, bool CreateDatabase, bool CreateRole, bool Replication, bool BypassRowSecurity, IReadOnlyList<string> MemberOf, IReadOnlyList<string> Settings);

/// <param name="Grantee">Empty for everybody.</param>
public sealed record GrantFacts(string Grantee, string Privilege);

/// <param name="Keys">In all its databases together.</param>
public sealed record RedisFacts(string Server, long Keys);

public sealed record DocumentFacts(long Files, long Bytes);

/// <param name="Recipients">The public keys for which it is encrypted.</param>
public sealed record ConfigurationFacts(IReadOnlyList<string> Files, IReadOnlyList<string> Recipients);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
