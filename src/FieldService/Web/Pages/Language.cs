using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Outpost.FieldService.Accounts;
using Outpost.Kernel;
using StringWithQualityHeaderValue = Microsoft.Net.Http.Headers.StringWithQualityHeaderValue;

namespace Outpost.FieldService.Web.Pages;

/// <summary>
/// The language of a page: its words from <c>Languages/*.json</c>, and how it writes dates, times, numbers and amounts. English has every word there is; a language that
/// lacks one shows the English one. Whoever asks for no language, or for one that is not there, gets English.
/// </summary>
internal sealed class Language
{
    /// <summary>What somebody has chosen, on this device.</summary>
    public const string Cookie = "lang";

    private static readonly TimeSpan Lasts = TimeSpan.FromDays(400);

    private const string Folder = "languages/";
    private const string Native = "en";

    /// <summary>All there are, English first.</summary>
    public static IReadOnlyList<Language> All { get; } = Read();

    private static readonly FrozenDictionary<string, string> KeyOf = English.Words.Where(word => word.Key.StartsWith("refused.", StringComparison.Ordinal)).ToFrozenDictionary(word => word.Value, word => word.Key);

    private Language(string code, FrozenDictionary<string, string> words)
    {
        (Code, Words) = (code, words);
        Culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var (dates, numbers) = (Culture.DateTimeFormat, Culture.NumberFormat);
        dates.DayNames = Names("date.days", 7);
        dates.AbbreviatedDayNames = Names("date.days.short", 7);
        dates.MonthNames = dates.MonthGenitiveNames = [.. Names("date.months", 12), ""];
        dates.AbbreviatedMonthNames = dates.AbbreviatedMonthGenitiveNames = [.. Names("date.months.short", 12), ""];
        numbers.NumberDecimalSeparator = words["number.decimal"];
        numbers.NumberGroupSeparator = words["number.group"];
    }

    public static Language English => All[0];

    /// <summary>As HTML and HTTP name it: en, es, de.</summary>
    public string Code { get; }

    public IReadOnlyDictionary<string, string> Words { get; }

    /// <summary>How it writes dates and numbers.</summary>
    public CultureInfo Culture { get; }

    /// <summary>What it calls itself.</summary>
    public string Name => this["language.name"];

    /// <summary>The word or sentence of a key.</summary>
    /// <exception cref="KeyNotFoundException">English does not have it: a page asks for what nobody has written.</exception>
    public string this[string key] => Words.TryGetValue(key, out var word) ? word : English.Words[key];

    /// <summary>A sentence with what belongs into it.</summary>
    public string Of(string key, params object?[] values) => string.Format(Culture, this[key], values);

    /// <summary>One visit, two visits: the key's <c>.one</c> or <c>.many</c>.</summary>
    public string Count(string key, long number) => string.Format(Culture, this[number == 1 ? $"{key}.one" : $"{key}.many"], number.ToString("#,##0", Culture));

    /// <summary>A refusal of the domain, which speaks English, in this language where it is one that people outside meet.</summary>
    public string Refusal(string message) => KeyOf.TryGetValue(message, out var key) ? this[key] : message;

    public string Money(Money amount, string currency)
    {
        var text = Math.Abs(amount.Cents / 100m).ToString("#,##0.00", Culture);
        var sign = currency switch { "USD" => "$", "EUR" => "€", "GBP" => "£", _ => currency };
        return (amount.Cents < 0 ? "−" : "") + (this["money.before"] == "yes" ? sign.Length == 1 ? sign + text : $"{sign}\u00a0{text}" : $"{text}\u00a0{sign}");
    }

    /// <summary>A price that no whole cents can say, without a currency: 33.3333.</summary>
    public string Price(UnitPrice price) => price.Amount.ToString("0.00##", Culture);

    /// <summary>8.25 %, without zeros at the end.</summary>
    public string Rate(Percent rate) => rate.Percentage.ToString("0.####", Culture) + this["number.percent"];

    /// <summary>2, 1.5: without zeros at the end.</summary>
    public string Amount(Quantity quantity) => quantity.Amount.ToString("0.##", Culture);

    /// <summary>
    /// The language for a request: the one that was chosen on the device, else the first of the browser's that is there. The office's own pages are written in English
    /// as yet, and half a page in another language would be worse than none.
    /// </summary>
    public static Language For(HttpContext http)
    {
        if (http.Features.Get<CurrentUser>() is { IsOffice: true }) return English;
        if ((Find(http.Request.Query[Cookie]) ?? Find(http.Request.Cookies[Cookie])) is { } chosen) return chosen;
        if (!StringWithQualityHeaderValue.TryParseList([.. http.Request.Headers.AcceptLanguage.OfType<string>()], out var wanted)) return English;

        return wanted.OrderByDescending(language => language.Quality ?? 1).Select(language => Find(language.Value.Value)).FirstOrDefault(found => found is not null) ?? English;
    }

    /// <summary>Keeps on the device what the address of a page asks for with <c>?lang=</c>.</summary>
    public static void Choose(HttpContext http)
    {
        if (Find(http.Request.Query[Cookie]) is { } chosen)
        {
            http.Response.Cookies.Append(Cookie, chosen.Code, new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, MaxAge = Lasts, IsEssential = true });
        }
    }

    /// <summary>By its code; <c>es-MX</c> is Spanish.</summary>
    public static Language? Find(string? code) => code is { Length: > 0 and <= 35 } ? All.FirstOrDefault(language => language.Code.Equals(code.Split('-')[0], StringComparison.OrdinalIgnoreCase)) : null;

    private string[] Names(string key, int many) => Words[key].Split(' ') is var names && names.Length == many ? names : throw new InvalidOperationException($"{Code}.json: {key} has not {many} names.");

    private static Language[] Read() => [.. typeof(Language).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(name => (Code: Path.GetFileNameWithoutExtension(name[Folder.Length..]), Name: name))
        .OrderBy(file => file.Code != Native).ThenBy(file => file.Code, StringComparer.Ordinal)
        .Select(file =>
        {
            using var stream = typeof(Language).Assembly.GetManifestResourceStream(file.Name)!;
            return new Language(file.Code, JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal));
        })];
}
