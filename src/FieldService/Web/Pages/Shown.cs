using System.Globalization;
using Microsoft.AspNetCore.Html;
using Outpost.Kernel;

namespace Outpost.FieldService.Web.Pages;

/// <summary>How the words and amounts of the trade are shown to a person.</summary>
internal static class Shown
{
    /// <summary>$1,234.50; another currency with its code in front.</summary>
    public static string In(this Money amount, string currency)
    {
        var text = Math.Abs(amount.Cents / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);
        return (amount.Cents < 0 ? "−" : "") + currency switch
        {
            "USD" => $"${text}",
            "EUR" => $"€{text}",
            "GBP" => $"£{text}",
            _ => $"{currency}\u00a0{text}",
        };
    }

    /// <summary>The same, but a dash where there is nothing, so that the amounts in a wide table stand out.</summary>
    public static string OrDash(this Money amount, string currency) => amount == Money.Zero ? "–" : amount.In(currency);

    /// <summary>A count as it is read: 1 visit, 2 visits.</summary>
    public static string Count(long number, string one, string? many = null) => $"{number.ToString("#,##0", CultureInfo.InvariantCulture)} {(number == 1 ? one : many ?? one + "s")}";

    public static string Number(long number) => number.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>8.25 %, without zeros at the end.</summary>
    public static string Rate(Percent rate) => rate.Percentage.ToString("0.####", CultureInfo.InvariantCulture) + "%";

    /// <summary>2, 1.5: without zeros at the end.</summary>
    public static string Amount(Quantity quantity) => quantity.Amount.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>in_progress as "In progress".</summary>
    public static string Word(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..].Replace('_', ' ');

    /// <summary>What a message is for: estimate_followup as "Estimate follow-up".</summary>
    public static string Rule(string rule) => Word(rule.Replace("followup", "follow-up", StringComparison.Ordinal));

    /// <summary>The way a message takes, as people call it.</summary>
    public static string Channel(string channel) => channel switch { "email" => "E-mail", "sms" => "Text message", _ => Word(channel) };

    public static string Priority(int priority) => priority switch { 1 => "Low", 2 => "Medium", 3 => "High", 4 => "Urgent", _ => "" };

    /// <summary>The parts of an address that are there, with commas.</summary>
    public static string Address(params string?[] parts) => string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>A phone number as a link dials it.</summary>
    public static string Dial(string phone) => "tel:" + string.Concat(phone.Where(c => char.IsAsciiDigit(c) || c == '+'));

    /// <summary>AM for Ana Moreno: two letters to know a person by.</summary>
    public static string Initials(string name)
    {
        var parts = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length switch { 0 => "?", 1 => parts[0][..1].ToUpperInvariant(), _ => $"{parts[0][0]}{parts[^1][0]}".ToUpperInvariant() };
    }
}

/// <summary>The coloured word that tells a status. The word is always there: colour alone tells nothing to many people.</summary>
internal static class Chip
{
    private static readonly Dictionary<string, string> Tones = new(StringComparer.Ordinal)
    {
        ["draft"] = "quiet",
        ["quoted"] = "info",
        ["scheduled"] = "info",
        ["arrived"] = "busy",
        ["in_progress"] = "busy",
        ["completed"] = "good",
        ["invoiced"] = "done",
        ["cancelled"] = "quiet",
        ["sent"] = "info",
        ["approved"] = "good",
        ["declined"] = "bad",
        ["expired"] = "quiet",
        ["partial"] = "warn",
        ["paid"] = "good",
        ["overdue"] = "bad",
        ["void"] = "quiet",
        ["superseded"] = "quiet",
        ["waiting"] = "info",
        ["sending"] = "busy",
        ["skipped"] = "quiet",
        ["failed"] = "bad",
        ["in_doubt"] = "warn",
        ["requested"] = "warn",
        ["made"] = "good",
        ["missed"] = "warn",
        ["active"] = "good",
        ["paused"] = "warn",
        ["ended"] = "quiet",
        ["accepted"] = "good",
        ["open"] = "info",
        ["revoked"] = "quiet",
        ["delivered"] = "good",
        ["pending"] = "info",
    };

    private static readonly Dictionary<string, HtmlString> Made = Tones.ToDictionary(
        tone => tone.Key, tone => new HtmlString($"<span class=\"chip {tone.Value}\">{Shown.Word(tone.Key)}</span>"), StringComparer.Ordinal);

    /// <summary>A word of the page's own in one of the tones: quiet, info, busy, good, done, warn, bad.</summary>
    public static IHtmlContent Word(string text, string tone) => new HtmlContentBuilder().AppendHtml($"<span class=\"chip {tone}\">").Append(text).AppendHtml("</span>");

    public static HtmlString Of(string status) => Made.TryGetValue(status, out var chip) ? chip : throw new ArgumentOutOfRangeException(nameof(status), status, "No status has this name.");

    /// <summary>The same in another language.</summary>
    public static IHtmlContent Of(string status, Language say) => ReferenceEquals(say, Language.English) ? Of(status) : Word(say[$"status.{status}"], Tones[status]);

    public static IHtmlContent Priority(int priority, Language say) => priority is 3 or 4 ? Word(say[$"priority.{priority}"], priority == 4 ? "bad" : "warn") : HtmlString.Empty;

    /// <summary>High and urgent are worth a word; the rest is the ordinary case.</summary>
    public static IHtmlContent Priority(int priority) => priority switch
    {
        4 => Urgent,
        3 => High,
        _ => HtmlString.Empty,
    };

    private static readonly HtmlString Urgent = new("<span class=\"chip bad\">Urgent</span>");
    private static readonly HtmlString High = new("<span class=\"chip warn\">High</span>");
}

/// <summary>A picture from <c>icons.svg</c>. It stands beside a word that says the same, so it is hidden from screen readers.</summary>
internal static class Icon
{
    private static readonly Dictionary<string, HtmlString> Made = new[]
        {
            "today", "jobs", "invoices", "out", "search", "phone", "place", "user", "back", "check", "calendar", "alert", "mail", "inbox", "clients", "money", "settings", "plus", "edit", "trash",
            "more", "close", "next", "clock", "send", "undo", "camera", "note", "chart", "print", "link", "route", "download", "repeat", "bolt", "board", "list",
        }
        .ToDictionary(name => name, name => new HtmlString($"<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{Assets.Path("icons.svg")}#{name}\"/></svg>"), StringComparer.Ordinal);

    public static HtmlString Of(string name) => Made[name];
}
