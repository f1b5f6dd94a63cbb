using System.Net;
using Outpost.Assistant.Providers.Practice;
using Outpost.Testing;

namespace Outpost.Assistant.Tests.Budgets;

public sealed class ADatabaseThatGoesAway(PostgresServer postgres)
{
    [Fact]
    public async Task While_answers_are_under_way_loses_no_money_and_lets_nobody_spend()
    {
        await using var test = await AssistantUnderTest.StartAsync(postgres);
        using var client = await test.ProgramAsync("gateway");
        var away = new TaskCompletionSource();
        test.Provider.Usually = new() { Text = "an answer that takes its time", Until = away.Task };
        var body = new { model = "second", messages = new[] { new { role = "user", content = "Hello" } } };

        var asking = Enumerable.Range(0, 8).Select(_ => client.SendAsync("/v1/chat/completions", body)).ToArray();
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(AssistantUnderTest.Stop))
        {
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            while (test.Provider.Calls.Count < 8) await Task.Delay(5, patience.Token);
        }

        await SqlAsync($"alter database {test.Database.Name} connection limit 0");
        await SqlAsync("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'assistant_app' and datname = current_database()");

        away.SetResult();
        foreach (var answer in await Task.WhenAll(asking)) await answer.JsonAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.SendAsync("/v1/chat/completions", body)).StatusCode);
        Assert.Equal(8, test.Provider.Calls.Count);

        await SqlAsync($"alter database {test.Database.Name} connection limit -1");
        await test.SettledAsync();

        Assert.Equal(test.Billed(), await test.ValueAsync<long>("select sum(settled)::bigint from holds"));
        Assert.Equal(0, await test.ValueAsync<long>("select count(*) from holds where flagged is not null"));
        Assert.Equal(0, await test.ValueAsync<long>("select held from budgets where scope = '00000000-0000-0000-0000-000000000000'"));

        async Task SqlAsync(string sql)
        {
            await using var command = test.Database.Superuser.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(AssistantUnderTest.Stop);
        }
    }
}
