using System.Net;
using System.Security.Cryptography;
using System.Text;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Signatures;

public sealed class SigningAVisit(PostgresServer postgres)
{
    [Fact]
    public async Task The_client_and_the_technician_sign_what_stands_there_and_anybody_can_check_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled", title: "Fix the tap");
        var visit = await app.VisitAsync(job, app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        await (await tech.PostAsync($"/api/v1/visits/{visit}/signatures", new { role = "client", name = "Ada" })).RefusedAsync(HttpStatusCode.UnprocessableEntity, "PRECONDITION_FAILED");
        await tech.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "arrived", tech_notes = "New washer" });
        await tech.PostAsync($"/api/v1/visits/{visit}/parts", new { description = "Washer", quantity = 2 });

        var signed = await (await tech.PostAsync($"/api/v1/visits/{visit}/signatures", new { role = "client", name = "Ada Byron", drawing = "M1 2L3 4", signed_at = "2026-11-21T14:58:30.123Z" }, "k")).DataAsync(HttpStatusCode.Created);
        var again = await (await tech.PostAsync($"/api/v1/visits/{visit}/signatures", new { role = "client", name = "Ada Byron", drawing = "M1 2L3 4", signed_at = "2026-11-21T14:58:30.123Z" }, "k")).DataAsync(HttpStatusCode.Created);
        Assert.Equal((string)signed["id"]!, (string)again["id"]!);

        var content = Hash(visit.ToString(), "Fix the tap", "Ada Byron", "", "2026-11-21T15:00:00.000Z", "New washer", "2.00 each Washer");
        Assert.Equal(content, (string)signed["content_hash"]!);
        Assert.Equal(Hash(content, "client", "Ada Byron", "M1 2L3 4", "2026-11-21T14:58:30.123Z"), (string)signed["fingerprint"]!);

        // What is written afterwards is another content, and the first signature still tells what it was for.
        await tech.PatchAsync($"/api/v1/visits/{visit}", new { tech_notes = "New washer and new tap" });
        var second = await (await tech.PostAsync($"/api/v1/visits/{visit}/signatures", new { role = "technician", name = "Tech" })).DataAsync(HttpStatusCode.Created);
        Assert.NotEqual(content, (string)second["content_hash"]!);
        Assert.Equal(["client", "technician"], (await (await tech.ReadAsync($"/api/v1/visits/{visit}/signatures")).DataAsync()).AsArray().Select(one => (string)one!["role"]!));
    }

    [Theory]
    [InlineData("drawing", "M1 2\"/><script>")]
    [InlineData("signed_at", "2026-11-22T15:00:00Z")]
    [InlineData("signed_at", "2025-11-22T15:00:00Z")]
    [InlineData("name", " ")]
    [InlineData("role", "neighbour")]
    public async Task What_is_no_signature_is_refused(string field, string value)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var tech = await app.SignedInAsync(app.Company.Tech);
        await tech.PostAsync($"/api/v1/visits/{visit}/transition", new { status = "arrived" });
        var body = new Dictionary<string, string> { ["role"] = "client", ["name"] = "Ada", [field] = value };

        Assert.Equal(HttpStatusCode.BadRequest, (await tech.PostAsync($"/api/v1/visits/{visit}/signatures", body)).StatusCode);
        Assert.Equal(0L, await app.ValueAsync("select count(*) from visit_signatures"));
    }

    // Written out here, as somebody would who checks without this program.
    private static string Hash(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Length}:{part}\n")))));
}
