using System.Security.Cryptography;
using System.Text;

namespace Outpost.Platform.Processes;

/// <summary>
/// Where a unix socket can lie: the kernel takes no path of more than 107 bytes. A data directory too deep for that gets a private
/// directory at a short path instead, the same one each time.
/// </summary>
public static class SocketPlace
{
    private const int Longest = 107;

    /// <param name="wished">The directory inside the data directory.</param>
    /// <param name="file">The longest file name that will lie in it.</param>
    /// <returns>The directory, which the caller still has to make.</returns>
    public static string For(string wished, string file)
    {
        if (Encoding.UTF8.GetByteCount(Path.Combine(wished, file)) <= Longest) return wished;

        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wished)))[..12];
        return UnixUser.IsRoot && Directory.Exists("/run") ? $"/run/outpost-{mark}" : $"/tmp/outpost-{UnixUser.OwnId}-{mark}";
    }
}
