using System.Security.Cryptography;
using System.Text;

namespace Outpost.Platform.Redis;

/// <summary>
/// A Lua script, called by its SHA-1; its text goes over the wire only to a server that does not know it yet. All keys it touches are passed as
/// keys and, in a cluster, lie in one slot. Make one for each text and keep it.
/// </summary>
public sealed class RedisScript
{
    private readonly byte[] _utf8;

    public RedisScript(string lua)
    {
        _utf8 = Encoding.UTF8.GetBytes(lua);
        // The protocol names scripts by SHA-1; nothing is kept safe by it.
#pragma warning disable CA5350 // see above
        Sha1 = Convert.ToHexStringLower(SHA1.HashData(_utf8));
#pragma warning restore CA5350 // see above
    }

    /// <summary>40 hexadecimal digits.</summary>
    public string Sha1 { get; }

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>A call of it, for a batch. A server that does not know the script gets its text behind the other commands of the batch.</summary>
    public RedisCommand Call(ReadOnlySpan<RedisArg> keys, ReadOnlySpan<RedisArg> arguments) =>
        new("EVALSHA", this, [Sha1, keys.Length, .. keys, .. arguments]);
}
