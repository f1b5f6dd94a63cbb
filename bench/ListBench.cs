using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Outpost.Bench;

/// <summary>
/// <c>outpost bench lists</c>: every list in every order it offers, and every search, against 20,000 clients, 100,000 visits and 50,000 invoices on one connection.
/// What there is to ask for is read from the service's own description, so a new list is measured from its first day.
/// </summary>
internal sealed class ListBench(TextWriter output, TimeSpan duration, string only)
{
    // Of twenty the 95th in a hundred is the slowest, and that is chance.
    private const int Enough = 100;

    // Words that many, some and no rows have.
    private static readonly string[] _searches = ["fa", "novotny", "thistle creek", "INV-0004", "zeppelin"];

    private sealed record Request(string Path, string Query);

    public async Task RunAsync(CancellationToken ct)
    {
        await using var outpost = await Installation.StartAsync(ct);
        var filled = Stopwatch.GetTimestamp();
        await outpost.DemoAsync("large", ct);
        await Line($"the large company was made in {Stopwatch.GetElapsedTime(filled).TotalSeconds:0} s");

        using var client = outpost.Client();
        var cookie = await outpost.SignInAsync(ct);
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        var description = JsonNode.Parse(await client.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative), ct))!;

        await Line($"{"list",-64} {"p50 ms",8} {"p95 ms",8} {"max ms",8}");
        var slow = 0;
        foreach (var request in Requests(description).Where(request => $"{request.Path}?{request.Query}".Contains(only, StringComparison.Ordinal)))
        {
            var load = new Load(request.Path, _ => LoadGenerator.Get($"{request.Path}?{request.Query}", cookie), 200);
            // A whole list as a file is not waited for with a finger on the key.
            var awaited = !request.Path.EndsWith("/export", StringComparison.Ordinal);
            var first = await LoadGenerator.RunAsync(outpost.Address, load, 1, duration / 5, ct);
            var enough = awaited ? TimeSpan.FromMicroseconds(first.Percentile(0.5) * Enough) : duration;
            var measured = await LoadGenerator.RunAsync(outpost.Address, load, 1, enough > duration ? enough : duration, ct);
            var late = awaited && measured.Percentile(0.95) > 50_000;
            if (late) slow++;
            await Line($"{$"{request.Path}?{request.Query}",-64} {measured.Percentile(0.5) / 1000,8:0.0} {measured.Percentile(0.95) / 1000,8:0.0} {measured.Microseconds[^1] / 1000,8:0.0}{(late ? "  over 50 ms" : "")}");
        }

        await Line($"{slow} over 50 ms");
    }

    private static IEnumerable<Request> Requests(JsonNode description)
    {
        foreach (var (path, methods) in description["paths"]!.AsObject())
        {
            if (methods!["get"]?["parameters"] is not JsonArray parameters || path.Contains('{', StringComparison.Ordinal)) continue;

            var names = parameters.Select(p => (string)p!["name"]!).ToArray();
            if (!names.Contains("page") && !names.Contains("q")) continue;

            var page = names.Contains("limit") ? "limit=50" : "";
            yield return new(path, page);
            if (parameters.FirstOrDefault(p => (string)p!["name"]! == "sort")?["schema"]?["enum"] is JsonArray sorts)
            {
                foreach (var sort in sorts)
                {
                    foreach (var order in (string[])["asc", "desc"]) yield return new(path, $"{page}&sort={sort}&order={order}");
                }
            }

            // The last page shows what an offset costs.
            if (names.Contains("page")) yield return new(path, $"{page}&page=300");
            if (!names.Contains("q")) continue;
            foreach (var words in _searches) yield return new(path, $"{page}&q={Uri.EscapeDataString(words)}");
        }
    }

    private Task Line(FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));
}
