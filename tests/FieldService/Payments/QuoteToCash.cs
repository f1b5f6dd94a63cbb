using System.Diagnostics;
using System.Text.Json.Nodes;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Payments;

/// <summary>scripts/quote-to-cash.sh against the real service.</summary>
public sealed class QuoteToCash(PostgresServer postgres)
{
    [Fact]
    public async Task The_script_ends_with_a_paid_invoice_that_the_database_knows_too()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var (exit, output, talk) = await RunAsync(app, app.Company.Owner.Email, FieldServiceUnderTest.Password);

        Assert.True(exit == 0, talk);
        var invoice = JsonNode.Parse(output)!;
        // 1899.00 at 8.25 % and 617.50 at 9.975 %
        Assert.Equal(("paid", "INV-0001", 2516_50 + 156_67 + 61_60), ((string?)invoice["status"], (string?)invoice["invoice_number"], (long)invoice["total_cents"]!));
        Assert.Equal("1 paid 2 273477 approved quoted", await app.ValueAsync("""
            select concat_ws(' ', (select count(*) from invoices), (select status from invoices), (select count(*) from payments), (select sum(amount_cents) from payments),
                             (select status from estimates), (select status from jobs))
            """));
        Assert.Equal(
            ["signed-in", "client", "property", "job", "estimate", "sent", "approved", "converted", "issued", "paid", "paid", "retried"],
            talk.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
        Assert.DoesNotContain(FieldServiceUnderTest.Password, talk + output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_ends_it_with_the_error_of_the_server()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        var (exit, output, talk) = await RunAsync(app, app.Company.Owner.Email, "another password");
        Assert.NotEqual(0, exit);
        Assert.Contains("INVALID_CREDENTIALS", talk, StringComparison.Ordinal);
        Assert.Empty(output);

        (exit, _, talk) = await RunAsync(app, app.Company.Tech.Email, FieldServiceUnderTest.Password);
        Assert.NotEqual(0, exit);
        Assert.Contains("POST /clients answered 403, expected 201", talk, StringComparison.Ordinal);
        Assert.Contains("FORBIDDEN", talk, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Talk)> RunAsync(FieldServiceUnderTest app, string email, string password)
    {
        var start = new ProcessStartInfo(Path.Combine(StateDrawing.Root(), "scripts", "quote-to-cash.sh"), [app.Address.ToString()]) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["OUTPOST_EMAIL"], start.Environment["OUTPOST_PASSWORD"]) = (email, password);
        using var script = Process.Start(start)!;
        var (output, talk) = (script.StandardOutput.ReadToEndAsync(FieldServiceUnderTest.Stop), script.StandardError.ReadToEndAsync(FieldServiceUnderTest.Stop));
        await script.WaitForExitAsync(FieldServiceUnderTest.Stop);
        return (script.ExitCode, await output, await talk);
    }
}
