using System.Globalization;
using Outpost.Platform.Redis;

namespace Outpost.Aicq.Live;

/// <summary>Where instances tell each other what was said. Databases of one Redis share their channels, so the name holds the number.</summary>
internal sealed class LiveChannel(RedisClient redis)
{
    /// <summary>A Redis stream of the newest events of all public rooms; its entries' ids are the event ids of the stream of all activity.</summary>
    public const string Feed = "live:activity";

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"live:{redis.Url.Database}");
}
