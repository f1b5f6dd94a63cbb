using Outpost.Aicq.Web;

namespace Outpost.Aicq.Rooms;

/// <summary>How much goes on in public.</summary>
internal static class ShowStats
{
    public static async Task Handle(HttpContext http, Overview overview) => await http.SendAsync(await overview.StatsAsync());
}
