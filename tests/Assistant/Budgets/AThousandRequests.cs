using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Outpost.Assistant.Budgets;
using Outpost.Assistant.Catalogue;
using Outpost.Assistant.Keys;
using Outpost.Assistant.Providers;
using Outpost.Assistant.Providers.Practice;
using Outpost.Platform.Migrations;
using Outpost.Platform.Postgres;
using Outpost.Testing;
using static Outpost.Assistant.Tests.Budgets.TakingAHold;

namespace Outpost.Assistant.Tests.Budgets;

/// <summary>The headline: a limit is a limit, and no nano-dollar is lost track of, whatever happens to the provider and to the service itself.</summary>
public sealed class AThousandRequests(PostgresServer postgres)
{
    private const int Requests = 1_000;

    // Every request asks for another number of tokens: by that the provider's own record of a call is told from all others.
    private const int LeastTokens = 100;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task With_delays_faults_and_a_service_that_is_killed_stay_within_the_cap_and_add_up_to_the_nano_dollar(string leases)
    {
        // What a killed process had leased counts until somebody looks it up, so that as many requests as without leases need more room.
        var cap = leases == "true" ? 1.2m : 0.9m;
        var limits = new Limits { PerRequest = Dollars(0.05m), PerHour = Dollars(cap), PerDay = Dollars(cap) };
        var list = ModelListFile.Parse(AssistantUnderTest.Models, "models");
        await using var database = await postgres.DatabaseAsync(MigrationSet.From(typeof(AssistantApp).Assembly), "assistant", Stop);
        await using var provider = await PracticeProvider.StartAsync(TimeProvider.System, ct: Stop);
        provider.Choose = call => Fate(call.MaxOutput);
        var models = Path.Combine(Path.GetTempPath(), $"models-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(models, AssistantUnderTest.Models, Stop);
        var keys = new[] { await KeyAsync(database, Limits.None), await KeyAsync(database, new() { PerHour = Dollars(0.4m) }) };

        await using var service = new ServiceProcess(database.Settings.With(
            ("LOG_LEVEL", "warn"), (LiveModels.Setting, models), (ProviderSet.PracticeSetting, provider.Address.AbsoluteUri), ("ASSISTANT_DEADLINE_SECONDS", "20"),
            ("COST_LIMIT_PER_REQUEST", "0.05"), ("COST_LIMIT_PER_HOUR", cap.ToString(CultureInfo.InvariantCulture)), ("COST_LIMIT_PER_DAY", cap.ToString(CultureInfo.InvariantCulture)),
            ("COST_WARN_PER_REQUEST", "0.05"), ("COST_WARN_PER_HOUR", "0.5"), ("COST_WARN_PER_DAY", "0.5"), ("COST_LEASES", leases)));
        await service.StartAsync(Stop);

        using var over = new CancellationTokenSource();
        var auditing = AuditAsync(database, limits, over.Token);
        var (answered, refused, lost) = await RunAsync(service, keys, killAt: [150, 400, 700]);
        await service.StopAsync(Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        await over.CancelAsync();
        var audits = await auditing;

        Assert.True(answered > 300 && refused > 0 && lost > 0 && audits > 20, $"{answered} answered, {refused} refused, {lost} lost, {audits} audits; {service.Log}");
        foreach (var call in provider.Calls) await call.Over.WaitAsync(TimeSpan.FromSeconds(30), Stop);

        // Nobody is left who could settle what the killed ones held: it counts at the bound, and is flagged.
        await using var db = new Db(database.AppSource, null);
        var later = TimeProvider.System.GetUtcNow().AddMinutes(10);
        var expired = await db.ListAsync<LedgerSql.Expired>(LedgerSql.Expire(later, 10_000), Stop);
        await db.CommitAsync(Stop);
        Assert.NotEmpty(expired);
        await LedgerUnderTest.AuditAsync(database.Superuser, limits, Stop);

        // What the provider billed for those is looked up in its own record, as an operator does.
        var billed = provider.Calls.ToLookup(call => (long)call.MaxOutput, call => list.Find(call.Model)!.Prices[0].Of(call.Billed).NanoDollars);
        var tokens = (await ListAsync(database, "select id, max_tokens from holds where leased is null", row => (Id: row.GetGuid(0), Tokens: row.GetInt64(1)))).ToDictionary(hold => hold.Id, hold => hold.Tokens);
        // Killed between taking a hold out of a lease and writing it down: the provider knows of calls that stand nowhere but in what is left of the lease.
        var known = tokens.Values.ToHashSet();
        var unwritten = provider.Calls.Where(call => !known.Contains(call.MaxOutput)).ToLookup(call => (Guid?)keys[(call.MaxOutput - LeastTokens) % keys.Length].Id, call => list.Find(call.Model)!.Prices[0].Of(call.Billed).NanoDollars)
            .ToDictionary(calls => calls.Key!.Value, calls => calls.Sum());
        foreach (var hold in expired)
        {
            await using var resolving = new Db(database.AppSource, null);
            var truth = tokens.TryGetValue(hold.HoldId, out var most) ? billed[most].Sum() : Math.Min(unwritten.GetValueOrDefault(hold.KeyId!.Value), hold.Bound);
            if (most == 0) unwritten[hold.KeyId!.Value] = unwritten.GetValueOrDefault(hold.KeyId.Value) - truth;
            Assert.True(truth <= hold.Bound, "the bound was none");
            Assert.True(await resolving.ValueAsync<bool>(LedgerSql.Resolve(later, hold.HoldId, new(truth)), Stop));
            await resolving.CommitAsync(Stop);
        }

        Assert.All(unwritten.Values, left => Assert.Equal(0, left));

        // Line for line, by the name that the provider was told, and in sum.
        var calls = provider.Calls.ToDictionary(call => Guid.Parse(call.RequestId!));
        foreach (var (attempt, cost, outcome) in await ListAsync(database, "select attempt_id, cost, outcome from charges", row => (row.GetGuid(0), row.GetInt64(1), row.GetString(2))))
        {
            var truth = calls.TryGetValue(attempt, out var call) ? list.Find(call.Model)!.Prices[0].Of(call.Billed).NanoDollars : 0;
            Assert.True(truth == cost, $"{outcome}: {cost} in the ledger, {truth} at the provider");
        }

        var ledger = (await ListAsync(database, "select coalesce(sum(settled), 0)::bigint from holds", row => row.GetInt64(0))).Single();
        Assert.Equal(billed.SelectMany(costs => costs).Sum(), ledger);
        await LedgerUnderTest.AuditAsync(database.Superuser, limits, Stop);
        Assert.DoesNotContain("secret words of request", service.Log, StringComparison.Ordinal);
        Assert.All(keys, key => Assert.DoesNotContain(key.Text, service.Log, StringComparison.Ordinal));
        File.Delete(models);
    }

    // The same request meets the same fate at every provider.
    private static Script Fate(int tokens) => (tokens % 20) switch
    {
        0 => new() { Status = 503 },
        1 => new() { Status = 429, Money = true },
        2 => new() { Text = "one two three four", After = 2, Mishap = Mishap.End },
        3 => new() { Status = 401 },
        4 => new() { Text = "slow", HeaderDelayMs = 120 },
        _ => new() { Text = string.Join(' ', Enumerable.Repeat("word", tokens % 50)), HeaderDelayMs = tokens * 7 % 60, TokenDelayMs = tokens % 3 },
    };

    private static async Task<(int Answered, int Refused, int Lost)> RunAsync(ServiceProcess service, (Guid Id, string Text)[] keys, int[] killAt)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 128 }) { BaseAddress = service.Address, Timeout = TimeSpan.FromSeconds(60) };
        var (next, done, answered, refused, lost) = (0, 0, 0, 0, 0);
        using var up = new SemaphoreSlim(1, 1);
        var kills = new Queue<int>(killAt);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(WorkAsync)));
        return (answered, refused, lost);

        async Task WorkAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number <= Requests)
            {
                try
                {
                    var status = await AskAsync(number);
                    if (status == HttpStatusCode.PaymentRequired) Interlocked.Increment(ref refused);
                    else if (status == HttpStatusCode.OK) Interlocked.Increment(ref answered);
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    Interlocked.Increment(ref lost);
                }

                if (Interlocked.Increment(ref done) is var finished) await KillAsync(finished);
            }
        }

        async Task<HttpStatusCode> AskAsync(int number)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", keys[number % keys.Length].Text);
            request.Content = JsonContent.Create(new
            {
                model = number % 3 == 0 ? "second" : "first",
                messages = new[] { new { role = "user", content = $"secret words of request {number}" } },
                max_tokens = LeastTokens + number,
                stream = number % 2 == 0,
            });
            using var answer = await client.SendAsync(request, Stop);
            await answer.Content.ReadAsByteArrayAsync(Stop);
            return answer.StatusCode;
        }

        // Whoever finishes the request at which it is due kills the service in the middle of all others, and starts it again.
        async Task KillAsync(int finished)
        {
            await up.WaitAsync(Stop);
            try
            {
                if (!kills.TryPeek(out var due) || finished < due) return;

                kills.Dequeue();
                await service.KillAsync();
                await service.StartAsync(Stop);
            }
            finally
            {
                up.Release();
            }
        }
    }

    private static async Task<int> AuditAsync(TestDatabase database, Limits limits, CancellationToken over)
    {
        var audits = 0;
        while (!over.IsCancellationRequested)
        {
            await LedgerUnderTest.AuditAsync(database.Superuser, limits, Stop);
            audits++;
        }

        return audits;
    }

    private static async Task<(Guid Id, string Text)> KeyAsync(TestDatabase database, Limits limits)
    {
        var id = Guid.CreateVersion7();
        var (text, hash) = ApiKeyText.New(id);
        await using var db = new Db(database.AppSource, null);
        await ApiKeySql.Insert(db, id, "a test", ["gateway"], hash, null, null, null, limits, Stop);
        await db.CommitAsync(Stop);
        return (id, text);
    }

    private static async Task<List<T>> ListAsync<T>(TestDatabase database, string sql, Func<System.Data.Common.DbDataReader, T> read)
    {
        var rows = new List<T>();
        await using var command = database.Superuser.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        while (await reader.ReadAsync(Stop)) rows.Add(read(reader));
        return rows;
    }
}
