using System.Text.RegularExpressions;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;
using Outpost.Testing;

namespace Outpost.FieldService.Tests.Web.Languages;

public sealed partial class SpeakingSeveral(PostgresServer postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_language_has_every_word_with_the_same_gaps_and_no_other()
    {
        Assert.Equal(["en", "de", "es"], Language.All.Select(language => language.Code));
        Assert.Equal(Language.All.Select(language => language.Code).Order(StringComparer.Ordinal), Words<Outpost.FieldService.Accounts.PaperLanguage>.All.Order(StringComparer.Ordinal));
        foreach (var other in Language.All.Skip(1))
        {
            Assert.Equal(Language.English.Words.Keys.Order(StringComparer.Ordinal), other.Words.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, word) in Language.English.Words) Assert.Equal($"{key} {Gaps(word)}", $"{key} {Gaps(other[key])}");
        }
    }

    [Fact]
    public void Every_word_is_used_and_every_word_that_is_used_is_there()
    {
        var source = Path.Combine(StateDrawing.Root(), "src", "FieldService");
        var text = string.Concat(Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && (file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".cshtml", StringComparison.Ordinal) || file.EndsWith(".js", StringComparison.Ordinal)))
            .Select(File.ReadAllText));

        // Some are put together: a status, what is one and many, and what goes to the script under a shorter name.
        Assert.DoesNotContain(Language.English.Words.Keys, key => !text.Contains($"\"{key}\"", StringComparison.Ordinal) && !text.Contains($"\"{PluralEnd().Replace(key, "")}\"", StringComparison.Ordinal)
            && !key.StartsWith("status.", StringComparison.Ordinal) && !key.StartsWith("priority.", StringComparison.Ordinal) && !key.StartsWith("refused.", StringComparison.Ordinal) && !key.StartsWith("visit.time.", StringComparison.Ordinal)
            && !(key.StartsWith("js.", StringComparison.Ordinal) && text.Contains($"'{PluralEnd().Replace(key[3..], "")}'", StringComparison.Ordinal)));
        Assert.DoesNotContain(Asked().Matches(text).Select(match => match.Groups[1].Value), key => !Language.English.Words.ContainsKey(key) && !Language.English.Words.ContainsKey($"{key}.one"));
        // What the domain refuses people outside is found again by its English words.
        foreach (var (key, word) in Language.English.Words.Where(word => word.Key.StartsWith("refused.", StringComparison.Ordinal))) Assert.Contains(word, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Amounts_and_dates_are_written_as_people_there_write_them()
    {
        var (english, german, spanish) = (Language.Find("en-US")!, Language.Find("de-AT")!, Language.Find("ES")!);
        var amount = new Money(-123_456_70);

        Assert.Equal(("−$123,456.70", "−123.456,70\u00a0€", "−$123,456.70"), (english.Money(amount, "USD"), german.Money(amount, "EUR"), spanish.Money(amount, "USD")));
        Assert.Equal(("CHF\u00a01.00", "1,00\u00a0CHF"), (english.Money(new(100), "CHF"), german.Money(new(100), "CHF")));
        var clock = new Clock(new(2026, 3, 4, 15, 30, 0, TimeSpan.Zero));
        WallClock Of(Language say) => new(clock, "UTC") { Say = say };
        Assert.Equal(("Wednesday, March 4", "Mittwoch, 4. März", "miércoles, 4 de marzo"), (Of(english).Long(new(2026, 3, 4)), Of(german).Long(new(2026, 3, 4)), Of(spanish).Long(new(2026, 3, 4))));
        Assert.Equal(("3:30 PM", "15:30", "15:30"), (Of(english).Time(clock.GetUtcNow()), Of(german).Time(clock.GetUtcNow()), Of(spanish).Time(clock.GetUtcNow())));
        Assert.Equal(("Tomorrow", "Morgen", "Mañana"), (Of(english).Date(new DateOnly(2026, 3, 5)), Of(german).Date(new DateOnly(2026, 3, 5)), Of(spanish).Date(new DateOnly(2026, 3, 5))));
        Assert.Null(Language.Find("fr"));
    }

    [Fact]
    public async Task A_form_answers_in_the_language_of_the_browser_or_the_one_that_was_chosen()
    {
        await using var app = await FieldServiceUnderTest.StartAsync(postgres);
        await app.SqlAsync("insert into booking_forms (account_id, slug) values ($1, 'north')", app.Company.Account);

        Assert.Contains("<html lang=\"es\">", await SeeAsync("/book/north", "fr, es-MX;q=0.8, en;q=0.5"), StringComparison.Ordinal);
        Assert.Contains("Was können wir für Sie tun?", await SeeAsync("/book/north", "de"), StringComparison.Ordinal);
        Assert.Contains("What can we do for you?", await SeeAsync("/book/north", "fr"), StringComparison.Ordinal);
        Assert.Contains("What can we do for you?", await SeeAsync("/book/north?lang=xx", "de;q=nonsense, ,,"), StringComparison.Ordinal);
        using var client = app.Client();
        var chosen = await client.GetAsync("/book/north?lang=de", Stop);
        var cookie = chosen.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal("lang=de", cookie);

        // A refusal too; and the office's pages stay in the language that they are written in.
        using var sent = new HttpRequestMessage(HttpMethod.Post, "/book/north") { Content = new FormUrlEncodedContent([new("wish", "")]) };
        sent.Headers.Add("Cookie", cookie);
        Assert.Contains("Bitte nennen Sie Ihren Namen", await (await client.SendAsync(sent, Stop)).Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        foreach (var (person, lang) in new[] { (app.Company.Owner, "en"), (app.Company.Tech, "de") })
        {
            using var signedIn = await app.SignedInAsync(person);
            signedIn.DefaultRequestHeaders.Add("Accept-Language", "de");
            Assert.Contains($"<html lang=\"{lang}\">", await signedIn.GetStringAsync("/app", Stop), StringComparison.Ordinal);
        }

        async Task<string> SeeAsync(string path, string language)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
            using var browser = app.Client();
            return System.Net.WebUtility.HtmlDecode(await (await browser.SendAsync(request, Stop)).Content.ReadAsStringAsync(Stop));
        }
    }

    private static string Gaps(string word) => string.Concat(Gap().Matches(word).Select(match => match.Value).Order(StringComparer.Ordinal).Distinct());

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Gap();

    [GeneratedRegex(@"\.(one|many)$")]
    private static partial Regex PluralEnd();

    [GeneratedRegex("""[sS]ay(?:\[|\.Of\(|\.Count\()"([a-z.]+)"[\],]""")]
    private static partial Regex Asked();
}
