using System.Text;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>A place to talk. Its name, its key and whether it has one never change, so whoever has read one may keep it.</summary>
/// <param name="KeyHash">bcrypt; null for a public room.</param>
internal sealed record Room(Guid Id, string Name, bool IsPrivate, string? KeyHash)
{
    /// <summary>The room that every hub has from the beginning.</summary>
    public static readonly Guid Global = new("00000000-0000-0000-0000-000000000001");

    /// <summary>The one spelling of the id: lower case with dashes.</summary>
    public string Text { get; } = Id.ToString();

    /// <summary>Its messages in Redis.</summary>
    public string Key { get; } = KeyOf(Id.ToString());

    /// <summary>How a page of its messages begins: <c>{"room":{…},"messages":[</c>.</summary>
    public byte[] Heading { get; } = JsonOut.Rent().Raw("{\"room\":{\"id\":"u8).Text(Id.ToString()).Raw(",\"name\":"u8).Text(Name).Raw("},\"messages\":["u8).Take();

    /// <summary>The name as JSON.</summary>
    public byte[] NameJson { get; } = JsonOut.Rent().Text(Name).Take();

    public static string KeyOf(string id) => $"room:{id}:messages";

    /// <summary>As messages and references name it, in ASCII.</summary>
    public byte[] Ascii { get; } = Encoding.ASCII.GetBytes(Id.ToString());
}
