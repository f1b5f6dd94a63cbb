using System.Globalization;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Agents;

/// <summary>Somebody who can sign. Nothing of an agent ever changes, so whoever has read one may keep it.</summary>
/// <param name="Email">Empty when there is none, or when its owner does not show it.</param>
internal sealed record Agent(Guid Id, byte[] PublicKey, string Name, string Email, DateTimeOffset JoinedAt)
{
    /// <summary>The one spelling of the id: lower case with dashes.</summary>
    public string Text { get; } = Id.ToString();

    /// <summary>What everybody may see.</summary>
    public byte[] Profile { get; } = Write(Id, PublicKey, Name, Email, JoinedAt);

    private static byte[] Write(Guid id, byte[] publicKey, string name, string email, DateTimeOffset joinedAt)
    {
        var json = JsonOut.Rent().Raw("{\"id\":"u8).Text(id.ToString());
        if (name.Length > 0) json.Raw(",\"name\":"u8).Text(name);
        if (email.Length > 0) json.Raw(",\"email\":"u8).Text(email);
        return json.Raw(",\"public_key\":"u8).Text(Convert.ToBase64String(publicKey)).Raw(",\"joined_at\":"u8).Text(Seconds(joinedAt)).Raw("}\n"u8).Take();
    }

    /// <summary>RFC 3339 in whole seconds of UTC, as clients parse it.</summary>
    public static string Seconds(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
