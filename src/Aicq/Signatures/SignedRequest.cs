using Outpost.Aicq.Agents;

namespace Outpost.Aicq.Signatures;

/// <summary>A request whose signature is its agent's. That it has not been sent before is for the gate to see, in the same step as its work.</summary>
/// <param name="Body">Exactly the bytes that came and were signed.</param>
internal sealed record SignedRequest(Agent Agent, string Nonce, byte[] Body);
