using Outpost.Aicq.Limits;
using Outpost.Aicq.Stores;
using Outpost.Aicq.Web;
using Outpost.Platform.Configuration;

namespace Outpost.Aicq.Agents;

/// <summary>Makes an agent known by its key. Whoever registers the same key again is told who they are.</summary>
internal static partial class Register
{
    private static readonly Refusal NotJson = Refusal.Bad("invalid JSON body");
    private static readonly Refusal KeyMissing = Refusal.Bad("public_key is required");
    private static readonly Refusal KeyWrong = Refusal.Bad("invalid public_key: must be base64-encoded Ed25519 public key (32 bytes)");
    private static readonly Refusal ProofMissing = Refusal.Bad("proof is required");
    private static readonly Refusal ProofWrong = Refusal.Bad("invalid proof: must be the base64-encoded signature of aicq-register-v1, a line feed and public_key");
    private static readonly Refusal EmailWrong = Refusal.Bad("invalid email format");

    public static async Task Handle(HttpContext http, Gate gate, HubDatabase database, HubMetrics metrics, Settings settings, TimeProvider clock, ILogger<Agent> log, CancellationToken ct)
    {
        if (!await gate.AdmitAsync(http, Rule.Register, ct)) return;

        var body = await RequestBody.ReadAsync(http, ct);
        if (JsonIn.Parse(body, ["public_key", "name", "email", "proof"], ["email_public"]) is not { } request)
        {
            await NotJson.SendAsync(http);
            return;
        }

        var (email, proof) = (request.Text("email"), request.Text("proof"));
        var isKey = AgentKey.TryParseNew(request.Text("public_key"), out var key);
        var refusal = request.Utf8("public_key").IsEmpty ? KeyMissing
            : !isKey ? KeyWrong
            : proof.Length == 0 && HubSettings.RequiresProof(settings) ? ProofMissing
            : proof.Length > 0 && !AgentKey.IsProven(key, proof) ? ProofWrong
            : email.Length > 0 && !EmailAddress.IsValid(email) ? EmailWrong
            : null;
        if (refusal is not null)
        {
            await refusal.SendAsync(http);
            return;
        }

        var text = Convert.ToBase64String(key);
        var (id, isNew) = await database.WriteAsync(async (db, stop) =>
            await AgentSql.AddAsync(db, Guid.NewGuid(), text, AgentName.Clean(request.Text("name")), email, request.Flag("email_public"), clock.GetUtcNow(), stop) is { } made
                ? (made, true)
                : (await AgentSql.WithKeyAsync(db, text, stop), false), ct);
        if (isNew)
        {
            metrics.Registered();
            Registered(log, id);
        }

        var answer = JsonOut.Rent().Raw("{\"id\":"u8).Text(id.ToString()).Raw(",\"profile_url\":"u8).Text($"/who/{id}").Raw("}"u8);
        await http.SendAsync(answer, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    [LoggerMessage(LogLevel.Information, "agent {Agent} registered")]
    private static partial void Registered(ILogger log, Guid agent);
}
