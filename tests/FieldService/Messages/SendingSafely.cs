using Outpost.FieldService.Tests.Worker;
using Outpost.Testing;
using static Outpost.FieldService.Tests.Messages.Sending;

namespace Outpost.FieldService.Tests.Messages;

/// <summary>A mail server that speaks TLS and wants to know who is there.</summary>
public sealed class SendingSafely(PostgresServer postgres) : IDisposable
{
    private readonly DirectoryInfo _certificates = Directory.CreateTempSubdirectory("outpost-mail-");

    public void Dispose() => _certificates.Delete(recursive: true);

    [Theory]
    [InlineData("starttls", "PLAIN")]
    [InlineData("starttls", "LOGIN")]
    [InlineData("tls", "PLAIN LOGIN")]
    public async Task A_letter_goes_to_a_server_that_is_trusted_and_the_password_only_when_nobody_can_read_it(string security, string ways)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await ServerAsync(security, ways);
        await using var server = mail;
        await FillAsync(app, 1, "ada@example.com");

        await using var worker = Work(app, port, [("SSL_CERT_FILE", Path.Combine(_certificates.FullName, "ca.pem")), .. SignedIn(security)]);
        await mail.SaysAsync("accepted ada@example.com");

        Assert.Equal($"signed in {ways.Split(' ')[0]} encrypted", Assert.Single(mail.Lines, line => line.StartsWith("signed in", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("starttls", "starttls", "pending The remote certificate is invalid")]
    [InlineData("tls", "tls", "pending The remote certificate is invalid")]
    [InlineData("none", "starttls", "pending The server does not offer STARTTLS; set SMTP_SECURITY=none only where the way to it is safe.")]
    public async Task Nothing_is_said_to_a_server_that_is_not_trusted(string security, string wanted, string state)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await ServerAsync(security, "PLAIN");
        await using var server = mail;
        await FillAsync(app, 1, "ada@example.com");
        await using var worker = AtWork.On(app, null, [.. Mail(port), .. SignedIn(wanted)]);

        await worker.PollAsync();

        Assert.StartsWith(state, await StatesAsync(app), StringComparison.Ordinal);
        Assert.DoesNotContain(mail.Lines, line => line.StartsWith("signed in", StringComparison.Ordinal) || line.StartsWith("letter", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_keeps_the_letters_until_it_is_mended()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var (mail, port) = await ServerAsync("none", "PLAIN");
        await using var server = mail;
        await FillAsync(app, 1, "ada@example.com");

        await using (var mistaken = AtWork.On(app, null, [.. Mail(port), ("SMTP_USER", "office"), ("SMTP_PASSWORD", "wrong")])) await mistaken.PollAsync();
        Assert.Equal("pending 535 5.7.8 wrong password 1", await StatesAsync(app));

        app.Clock.Advance(TimeSpan.FromMinutes(6));
        await using var mended = AtWork.On(app, null, [.. Mail(port), .. SignedIn("none")]);
        await mended.PollAsync();
        Assert.Equal("sent 2", await StatesAsync(app));
    }

    private static (string Key, string Value)[] SignedIn(string security) => [("SMTP_SECURITY", security), ("SMTP_USER", "office"), ("SMTP_PASSWORD", "secret")];

    private async Task<(OtherProcess Process, int Port)> ServerAsync(string security, string ways)
    {
        using var authority = TestCertificates.NewAuthority();
        await TestCertificates.WriteAsync(authority, _certificates.FullName);
        return await OtherProcess.MailAsync((MailServer.Security, security), (MailServer.Certificates, _certificates.FullName), (MailServer.Ways, ways));
    }
}
