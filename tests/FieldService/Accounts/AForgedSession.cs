using System.Net;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Accounts;

public sealed class AForgedSession(PostgresServer postgres)
{
    [Fact]
    public async Task Is_no_session_whatever_is_wrong_with_it()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var real = (await app.SignedInAsync()).DefaultRequestHeaders.GetValues("Cookie").Single()["session=".Length..];
        var (header, payload, signature) = real.Split('.') is [var h, var p, var s] ? (h, p, s) : throw new InvalidOperationException(real);

        foreach (var forged in (string[])
        [
            "x", "..", $"{header}..", $"{header}.{payload}.", $"{header}.{payload}.!!!", $"{header}.{payload}.%%%%{signature[4..]}", $"{header}.{payload}.{signature}A", $"{header}.{payload}.{signature[..^1]}",
            $"{header}.{payload}x.{signature}", $"{header}.{payload}.{new string('A', 43)}", $"eyJhbGciOiJub25lIn0.{payload}.", $"eyJhbGciOiJub25lIn0.{payload}.{signature}", $"{real}.{real}", new string('a', 3000),
        ])
        {
            var client = app.Client();
            client.DefaultRequestHeaders.Add("Cookie", $"session={forged}");

            await (await client.ReadAsync("/api/v1/auth/me")).RefusedAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        }
    }
}
