using System.Globalization;
using Outpost.Aicq.Limits;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>Public rooms, the most recently active first.</summary>
internal static class ListChannels
{
    public static async Task Handle(HttpContext http, Gate gate, Overview overview, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Channels, ct)) return;

        var query = http.Request.Query;
        var offset = int.TryParse(query["offset"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : 0;
        await http.SendAsync(await overview.ChannelsAsync(Page.Limited(query["limit"], 20, 100), offset));
    }
}
