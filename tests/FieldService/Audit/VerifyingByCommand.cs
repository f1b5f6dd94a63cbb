using System.CommandLine;
using System.Text.Json.Nodes;
using Outpost.Kernel;
using Outpost.Operator.Commands;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Audit;

/// <summary><c>outpost audit verify</c> as the operator types it, and what it ends with.</summary>
public sealed class VerifyingByCommand(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_history_that_holds_ends_with_0_and_shows_its_head()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SignedInAsync();

        var (code, output) = await RunAsync(app, "audit", "verify", "--json");
        var head = (string)JsonNode.Parse(output)![0]!["head"]!;

        Assert.Equal(0, code);
        Assert.Equal(0, (await RunAsync(app, "audit", "verify", "--account", "north", "--head", head)).Code);
        Assert.Contains($"north: 1 rows hold. Keep this elsewhere: {head}", (await RunAsync(app, "audit", "verify", "--account", app.Company.Account.ToString())).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_does_not_ends_with_1_and_names_the_row()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SignedInAsync();
        await app.SqlAsync("set session_replication_role = replica; update audit_log set action = 'update'; set session_replication_role = origin");

        var (code, output) = await RunAsync(app, "audit", "verify");

        Assert.Equal(1, code);
        Assert.Contains("BROKEN at row 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_checked_where_there_is_no_database()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var owner = await app.SignedInAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, await (await owner.ReadAsync("/api/v1/audit/export")).Content.ReadAsByteArrayAsync(Stop), Stop);

            Assert.Equal(0, (await RunAsync(app, "audit", "verify", "--file", file)).Code);
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Stop)).Replace("insert", "delete", StringComparison.Ordinal), Stop);
            Assert.Equal(1, (await RunAsync(app, "audit", "verify", "--file", file)).Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("VALIDATION_ERROR", "--head", "1:short")]
    [InlineData("NOT_FOUND", "--account", "nowhere")]
    public async Task What_cannot_be_asked_is_refused(string code, params string[] words)
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);

        Assert.Equal(code, (await Assert.ThrowsAsync<RuleException>(() => RunAsync(app, ["audit", "verify", .. words]))).Code);
    }

    private static async Task<(int Code, string Output)> RunAsync(FieldServiceUnderTest app, params string[] words)
    {
        var root = new RootCommand { AuditCommands.Create([FieldServiceRole.Subsystem], () => app.Database.Settings) };
        using var output = new StringWriter();
        var code = await root.Parse(words).InvokeAsync(new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false }, Stop);
        return (code, output.ToString());
    }
}
