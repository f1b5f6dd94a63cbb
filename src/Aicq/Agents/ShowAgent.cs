using Outpost.Aicq.Limits;
using Outpost.Aicq.Web;

namespace Outpost.Aicq.Agents;

/// <summary>Who an agent is, and the key to write to it.</summary>
internal static class ShowAgent
{
    private static readonly Refusal BadId = Refusal.Bad("invalid agent ID format");
    private static readonly Refusal Unknown = Refusal.Missing("agent not found");

    public static async Task Handle(HttpContext http, string id, Gate gate, AgentDirectory agents, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Who, ct)) return;

        if (!Uuid.TryParse(id, out var agentId)) await BadId.SendAsync(http);
        else if (await agents.FindAsync(agentId, ct) is { } agent) await http.SendAsync(agent.Profile);
        else await Unknown.SendAsync(http);
    }
}
