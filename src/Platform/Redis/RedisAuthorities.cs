using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Outpost.Platform.Configuration;

namespace Outpost.Platform.Redis;

/// <summary>Who vouches for the certificate of a Redis over TLS: the file of <c>REDIS_CA_FILE</c>, in place of the machine's own authorities.</summary>
public static class RedisAuthorities
{
    private const string Key = "REDIS_CA_FILE";

    /// <returns>Null when none is set.</returns>
    /// <exception cref="SettingsException">The file cannot be read, or holds no certificate.</exception>
    public static X509Certificate2Collection? Of(Settings settings)
    {
        if (settings[Key] is not { } path) return null;

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException(new SettingsProblem(Key, $"cannot be read: {e.Message.TrimEnd('.')}", "give it the path of a PEM file that this service may read"));
        }

        return authorities.Count > 0 ? authorities : throw new SettingsException(new SettingsProblem(Key, "holds no certificate", "give it the path of a PEM file with the authority's certificate"));
    }
}
