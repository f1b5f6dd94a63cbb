using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Calendar;

public sealed partial class ReadingACalendar(PostgresServer postgres)
{
    private const string Own = "/api/v1/calendar-feed";

    [Fact]
    public async Task A_calendar_program_finds_ones_own_visits_without_signing_in()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled");
        var own = await app.VisitAsync(job, app.Company.Tech);
        await app.VisitAsync(job, app.Company.Admin);
        await app.VisitAsync(job, null);
        var feed = await FeedAsync(app, app.Company.Tech);

        var answer = await app.Client().ReadAsync(feed);

        Assert.Equal("text/calendar; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var visit = Assert.Single(Events(await answer.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)));
        Assert.Equal($"visit-{own}@outpost", visit["UID"]);
        Assert.Equal(("20261123T140000Z", "20261123T160000Z", "Fix the roof – Ada Byron", "CONFIRMED", "0"), (visit["DTSTART"], visit["DTEND"], visit["SUMMARY"], visit["STATUS"], visit["SEQUENCE"]));
        Assert.Equal(HttpStatusCode.OK, (await app.Client().SendAsync(new(HttpMethod.Head, feed), FieldServiceUnderTest.Stop)).StatusCode);
    }

    [Fact]
    public async Task What_people_write_comes_through_whatever_it_is()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var client = await app.ClientAsync("Müller; Söhne, \\ Co");
        var property = await app.PropertyAsync(client, "12 Elm St, Apt 3");
        var title = string.Concat(Enumerable.Repeat("Heizung prüfen 🔧 ", 12)).Trim();
        var job = await app.JobAsync("scheduled", client, title);
        await app.SqlAsync("update jobs set property_id = $2, description = E'First line\\r\\nsecond; line\\nEND:VEVENT\\nbell\\u0007' where id = $1", job, property);
        await app.VisitAsync(job, app.Company.Tech);

        var text = await (await app.Client().ReadAsync(await FeedAsync(app, app.Company.Tech))).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop);

        var visit = Assert.Single(Events(text));
        Assert.Equal($"{title} – Müller; Söhne, \\ Co", visit["SUMMARY"]);
        Assert.Equal("First line\nsecond; line\nEND:VEVENT\nbell", visit["DESCRIPTION"]);
        Assert.Equal("12 Elm St, Apt 3", visit["LOCATION"]);
        Assert.Contains(text.Split("\r\n"), line => line.StartsWith(' '));
    }

    [Fact]
    public async Task A_change_keeps_its_name_and_raises_its_number_and_a_cancelled_one_stays_for_a_while()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var visit = await app.VisitAsync(await app.JobAsync("scheduled"), app.Company.Tech);
        var feed = await FeedAsync(app, app.Company.Tech);
        var before = Assert.Single(await EventsAsync(app, feed));
        // What is written is dated by the database; so is this clock for the rest of the test.
        var now = (DateTime)(await app.ValueAsync("select now()"))!;
        app.Clock.Advance(now - app.Clock.GetUtcNow().UtcDateTime);
        await app.SqlAsync("update visits set scheduled_start = $2, scheduled_end = $3 where id = $1", visit, now.AddDays(1), now.AddDays(1).AddHours(2));
        var moved = Assert.Single(await EventsAsync(app, feed));
        await app.SqlAsync("update visits set status = 'cancelled' where id = $1", visit);
        var cancelled = Assert.Single(await EventsAsync(app, feed));

        Assert.Equal(["0", "1", "2"], new[] { before, moved, cancelled }.Select(e => e["SEQUENCE"]));
        Assert.Single(new[] { before, moved, cancelled }.Select(e => e["UID"]).Distinct());
        Assert.Equal(("CANCELLED", "TRANSPARENT"), (cancelled["STATUS"], cancelled["TRANSP"]));
        app.Clock.Advance(TimeSpan.FromDays(15));
        Assert.Empty(await EventsAsync(app, feed));
    }

    [Fact]
    public async Task It_reaches_thirty_days_back_and_a_hundred_and_eighty_ahead()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled");
        foreach (var days in new[] { -31, -29, 179, 181 })
        {
            await app.SqlAsync("insert into visits (account_id, id, job_id, assigned_user_id, scheduled_start, scheduled_end) values ($1, $2, $3, $4, $5, $5 + interval '1 hour')",
                app.Company.Account, Guid.CreateVersion7(), job, app.Company.Tech.Id, FieldServiceUnderTest.Start.AddDays(days).UtcDateTime);
        }

        var starts = (await EventsAsync(app, await FeedAsync(app, app.Company.Tech))).Select(e => e["DTSTART"][..8]);

        Assert.Equal([FieldServiceUnderTest.Start.AddDays(-29).ToString("yyyyMMdd", CultureInfo.InvariantCulture), FieldServiceUnderTest.Start.AddDays(179).ToString("yyyyMMdd", CultureInfo.InvariantCulture)], starts);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var job = await app.JobAsync("scheduled");
        await app.VisitAsync(job, app.Company.Tech);
        var feed = await FeedAsync(app, app.Company.Tech);
        var client = app.Client();
        var tag = (await client.ReadAsync(feed)).Headers.ETag!;

        async Task<HttpResponseMessage> Again()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, feed);
            request.Headers.IfNoneMatch.Add(tag);
            return await client.SendAsync(request, FieldServiceUnderTest.Stop);
        }

        var same = await Again();
        Assert.Equal((HttpStatusCode.NotModified, tag, ""), (same.StatusCode, same.Headers.ETag, await same.Content.ReadAsStringAsync(FieldServiceUnderTest.Stop)));
        await app.SqlAsync("update jobs set title = 'Mend the roof' where id = $1", job);
        Assert.Equal(HttpStatusCode.OK, (await Again()).StatusCode);
    }

    [Fact]
    public async Task A_new_address_ends_the_one_before_and_the_last_one_can_be_ended()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var tech = await app.SignedInAsync(app.Company.Tech);
        var owner = await app.SignedInAsync();
        var theirs = $"/api/v1/users/{app.Company.Tech.Id}/calendar-feed";
        var anybody = app.Client();
        Assert.False((bool)(await (await tech.ReadAsync(Own)).DataAsync())["is_on"]!);

        var first = await FeedAsync(app, app.Company.Tech);
        var second = Path((await (await owner.PostAsync(theirs, new { })).DataAsync(HttpStatusCode.Created))["url"]!.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await anybody.ReadAsync(first)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await anybody.ReadAsync(second)).StatusCode);
        Assert.True((bool)(await (await tech.ReadAsync(Own)).DataAsync())["is_on"]!);

        Assert.Equal(HttpStatusCode.NoContent, (await tech.DeleteAsync(Own, FieldServiceUnderTest.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await anybody.ReadAsync(second)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync(theirs, FieldServiceUnderTest.Stop)).StatusCode);
        await (await tech.PostAsync($"/api/v1/users/{app.Company.Owner.Id}/calendar-feed", new { })).RefusedAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task Who_has_left_and_who_guesses_finds_nothing_and_no_secret_is_kept()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var feed = await FeedAsync(app, app.Company.Tech);
        var token = feed.Split('/')[^1][..^4];

        foreach (var guess in new[] { token[..^1], token + "A", "x", new string('x', 500), "..%2f..%2fetc" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await app.Client().ReadAsync($"/calendar/{guess}.ics")).StatusCode);
        }

        Assert.False((bool)(await app.ValueAsync("select exists (select from audit_log where new_value::text like '%' || $1 || '%') or exists (select from calendar_feeds f where f::text like '%' || $1 || '%')", token))!);
        await app.SqlAsync("update users set deactivated_at = now() where id = $1", app.Company.Tech.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client().ReadAsync(feed)).StatusCode);
    }

    [Fact]
    public async Task Of_ten_new_addresses_at_once_one_is_left()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        var tech = await app.SignedInAsync(app.Company.Tech);

        var issued = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (string)(await (await tech.PostAsync(Own, new { })).DataAsync(HttpStatusCode.Created))["url"]!));
        var answers = await Task.WhenAll(issued.Select(url => app.Client().ReadAsync(Path(url))));

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.OK);
        Assert.Equal(10L, await app.ValueAsync("select count(*) from calendar_feeds"));
    }

    [Fact]
    public void A_calendar_that_breaks_the_grammar_is_noticed()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Events("BEGIN:VCALENDAR\nEND:VCALENDAR\n"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Events($"BEGIN:VCALENDAR\r\nX-A:{new string('x', 80)}\r\nEND:VCALENDAR\r\n"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Events("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"));
    }

    private static async Task<string> FeedAsync(FieldServiceUnderTest app, Person person) =>
        Path((string)(await (await (await app.SignedInAsync(person)).PostAsync(Own, new { })).DataAsync(HttpStatusCode.Created))["url"]!);

    private static string Path(string url) => new Uri(url).AbsolutePath;

    private static async Task<List<Dictionary<string, string>>> EventsAsync(FieldServiceUnderTest app, string feed) =>
        Events(await (await app.Client().ReadAsync(feed)).Content.ReadAsStringAsync(FieldServiceUnderTest.Stop));

    /// <summary>Reads a calendar strictly by the grammar of RFC 5545 (sections 3.1 to 3.6) and hands back its events.</summary>
    private static List<Dictionary<string, string>> Events(string text)
    {
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\r', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.EndsWith("END:VCALENDAR\r\n", text, StringComparison.Ordinal);
        Assert.All(text.Split("\r\n"), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 75, line));

        var (open, events) = (new Stack<string>(), new List<Dictionary<string, string>>());
        foreach (var line in text.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var content = ContentLine().Match(line);
            Assert.True(content.Success, line);
            var (name, value) = (content.Groups["name"].Value, content.Groups["value"].Value);
            if (name == "BEGIN")
            {
                open.Push(value);
                if (value == "VEVENT") events.Add([]);
            }
            else if (name == "END") Assert.Equal(open.Pop(), value);
            else if (open.Peek() == "VEVENT") Assert.True(events[^1].TryAdd(name, Unescaped(name, value)), $"{name} twice");
        }

        Assert.Empty(open);
        foreach (var each in events)
        {
            Assert.All(["UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED", "SUMMARY"], required => Assert.Contains(required, each.Keys));
            Assert.All(["DTSTAMP", "DTSTART", "DTEND", "CREATED", "LAST-MODIFIED"], time => Assert.Matches(@"^\d{8}T\d{6}Z$", each[time]));
        }

        Assert.Equal(events.Count, events.Select(e => e["UID"]).Distinct().Count());
        return events;
    }

    private static string Unescaped(string name, string value)
    {
        if (name is not ("SUMMARY" or "DESCRIPTION" or "LOCATION")) return value;

        Assert.Matches(@"^(?:[^\\;,]|\\[\\;,nN])*$", value);
        return Escape().Replace(value, match => match.Value is @"\n" or @"\N" ? "\n" : match.Value[1..]);
    }

    [GeneratedRegex(@"^(?<name>[A-Z0-9-]+)(?:;[A-Z0-9-]+=[^"":;,\p{Cc}]+)*:(?<value>[^\x00-\x08\x0A-\x1F\x7F]*)$")]
    private static partial Regex ContentLine();

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape();
}
