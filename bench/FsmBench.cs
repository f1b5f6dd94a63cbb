using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Outpost.Bench;

/// <summary><c>outpost bench fsm</c>: what the field service costs, measured on an installation of its own.</summary>
internal sealed class FsmBench(TextWriter output, TimeSpan duration, int connections)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await using var outpost = await Installation.StartAsync(ct);
        var idle = Memory(outpost);
        using var client = outpost.Client();
        var cookie = await outpost.SignInAsync(ct);
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        var prepared = await PrepareAsync(client, ct);

        await Line($"start to healthy {outpost.ToHealthy.TotalSeconds:0.00} s; {Environment.ProcessorCount} cores; {duration.TotalSeconds:0} s each, load generator on the same machine");
        await Line();
        await Line($"{"request",-26} {"conns",5} {"req/s",8} {"p50 ms",8} {"p99 ms",8} {"web µs",8} {"all µs",8} {"of bare",8}");

        var bare = await BareAsync(ct);
        foreach (var (load, at) in Loads(outpost, cookie, prepared))
        {
            await LoadGenerator.RunAsync(outpost.Address, load, at, TimeSpan.FromSeconds(Math.Max(1, duration.TotalSeconds / 3)), ct);
            var (web, all) = (Footprint.Of(outpost.Pid, false), Footprint.Of(outpost.Pid, true));
            var measured = await LoadGenerator.RunAsync(outpost.Address, load, at, duration, ct);
            var (webAfter, allAfter) = (Footprint.Of(outpost.Pid, false), Footprint.Of(outpost.Pid, true));
            await Row(load.Name, at, measured, (webAfter.CpuSeconds - web.CpuSeconds) / measured.Requests, (allAfter.CpuSeconds - all.CpuSeconds) / measured.Requests, bare);
        }

        await Line();
        await Line($"{"memory, MB",-26} {"idle",8} {"loaded",8}");
        var loaded = Memory(outpost);
        foreach (var (name, before, after) in idle.Zip(loaded, (i, l) => (i.Name, i.Bytes, l.Bytes))) await Line($"{name,-26} {before / 1048576d,8:0.0} {after / 1048576d,8:0.0}");
    }

    // As many as it takes that each gets a handful of payments, as invoices do.
    private const int Invoices = 200;

    private static readonly string[] _words = ["heater", "bench", "tap", "INV-00"];

    private sealed record Prepared(Guid Client, Guid[] Invoices, DateOnly Monday);

    private static async Task<Prepared> PrepareAsync(HttpClient client, CancellationToken ct)
    {
        var id = (Guid)(await Installation.PostAsync(client, "/api/v1/clients", new { name = "Bench & Sons" }, ct))["data"]!["id"]!;
        var jobs = new List<Guid>();
        for (var i = 0; i < 50; i++)
        {
            var job = await Installation.PostAsync(client, "/api/v1/jobs", new { client_id = id, title = $"Replace the water heater {i}", description = "The old one leaks.", priority = i % 5 }, ct);
            jobs.Add((Guid)job["data"]!["id"]!);
        }

        var invoices = new Guid[Invoices];
        for (var i = 0; i < invoices.Length; i++)
        {
            var invoice = await Installation.PostAsync(client, "/api/v1/invoices",
                new { client_id = id, tax_rate = 8.25, line_items = new[] { new { description = "A water heater", quantity = 1, unit_price_cents = 90_000 } } }, ct);
            invoices[i] = (Guid)invoice["id"]!;
            await Installation.PostAsync(client, $"/api/v1/invoices/{invoices[i]}/transition", new { status = "sent" }, ct);
        }

        // A week of a small company: two visits a day for each of four technicians.
        var monday = new DateOnly(2031, 3, 3);
        for (var person = 0; person < 4; person++)
        {
            var technician = (Guid)(await Installation.PostAsync(client, "/api/v1/users",
                new { email = $"bench{person}@example.com", full_name = $"Technician {person}", role = "tech", password = "a long password to measure with" }, ct))["data"]!["id"]!;
            for (var day = 0; day < 5; day++)
            {
                foreach (var hour in new[] { 14, 17 })
                {
                    var at = monday.AddDays(day).ToDateTime(new TimeOnly(hour, 0), DateTimeKind.Utc);
                    await Installation.PostAsync(client, $"/api/v1/jobs/{jobs[((person * 10) + day) % jobs.Count]}/visits",
                        new { scheduled_start = at, scheduled_end = at.AddHours(2), assigned_user_id = technician }, ct);
                }
            }
        }

        return new(id, invoices, monday);
    }

    private IEnumerable<(Load Load, int Connections)> Loads(Installation outpost, string cookie, Prepared prepared)
    {
        var run = Guid.NewGuid().ToString("n");
        var login = $$"""{"email":"{{outpost.Login.Email}}","password":"{{outpost.Login.Password}}"}""";
        var job = $$"""{"client_id":"{{prepared.Client}}","title":"Fix the leaking tap","priority":1}""";

        var create = new Load("job create", _ => LoadGenerator.Post("/api/v1/jobs", job, cookie), 201);
        yield return (new("health", _ => LoadGenerator.Get("/api/health"), 200), connections);
        // As many as may guess at once for one person; each takes 19 MiB and two passes of Argon2id.
        yield return (new("login", _ => LoadGenerator.Post("/api/v1/auth/login", login), 200), Math.Min(connections, 4));
        yield return (new("job list, 50 rows", _ => LoadGenerator.Get("/api/v1/jobs?limit=50", cookie), 200), connections);
        yield return (new("schedule board, a week", _ => LoadGenerator.Get($"/api/v1/schedule?from={prepared.Monday:yyyy-MM-dd}&to={prepared.Monday.AddDays(6):yyyy-MM-dd}", cookie), 200), connections);
        yield return (new("invoice list, 50 rows", _ => LoadGenerator.Get("/api/v1/invoices?limit=50", cookie), 200), connections);
        yield return (new("search, everything", n => LoadGenerator.Get($"/api/v1/search?q={_words[n % _words.Length]}", cookie), 200), connections);
        yield return (create, 1);
        yield return (create, connections);
        yield return (Payment("one"), 1);
        yield return (Payment("many"), connections);
        yield return (Mixed(), connections);

        // What an office does all day: mostly looking, now and then writing.
        Load Mixed() => new("mixed", n => (n % 20) switch
        {
            0 => LoadGenerator.Post("/api/v1/jobs", job, cookie),
            1 or 2 => LoadGenerator.Get($"/api/v1/search?q={_words[n % _words.Length]}", cookie),
            < 6 => LoadGenerator.Get("/api/v1/invoices?limit=50", cookie),
            < 10 => LoadGenerator.Get($"/api/v1/schedule?from={prepared.Monday:yyyy-MM-dd}&to={prepared.Monday.AddDays(6):yyyy-MM-dd}", cookie),
            < 13 => LoadGenerator.Get($"/api/v1/clients/{prepared.Client}", cookie),
            _ => LoadGenerator.Get("/api/v1/jobs?limit=50", cookie),
        }, 200, 201);

        // The number of the request starts again with each measurement, the key must not.
        Load Payment(string who) => new("payment", n => LoadGenerator.Post(
            $"/api/v1/invoices/{prepared.Invoices[n % Invoices]}/payments", """{"amount_cents":1,"method":"card"}""", cookie, $"{run}-{who}-{Guid.NewGuid():n}"), 201);
    }

    private async Task<double> BareAsync(CancellationToken ct)
    {
        await using var server = await Baseline.StartAsync(ct);
        var address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var at = new IPEndPoint(IPAddress.Loopback, address.Port);
        await LoadGenerator.RunAsync(at, Baseline.Load, connections, TimeSpan.FromSeconds(1), ct);
        var measured = await LoadGenerator.RunAsync(at, Baseline.Load, connections, duration, ct);
        await Row(Baseline.Load.Name, connections, measured, null, null, measured.PerSecond);
        return measured.PerSecond;
    }

    private static List<(string Name, long Bytes)> Memory(Installation outpost) =>
    [
        .. Footprint.Tree(outpost.Pid).Select(process => ($"{process.Name} ({process.Measure})", process.Bytes)),
    ];

    private Task Row(string name, int at, Measured measured, double? web, double? all, double bare) => Line(
        $"{name,-26} {at,5} {measured.PerSecond,8:0} {measured.Percentile(0.5) / 1000,8:0.00} {measured.Percentile(0.99) / 1000,8:0.00} {web * 1e6,8:0} {all * 1e6,8:0} {measured.PerSecond / bare,8:0.000}");

    private Task Line(FormattableString? text = null) => output.WriteLineAsync(text is null ? "" : text.ToString(CultureInfo.InvariantCulture));
}
