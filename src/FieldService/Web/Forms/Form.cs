using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Html;
using Outpost.FieldService.Accounts;
using Outpost.FieldService.Web.Pages;
using Outpost.Kernel;

namespace Outpost.FieldService.Web.Forms;

/// <summary>
/// A form of a page, written so that <see cref="FormBridge"/> understands it. Every field has a label, and after a refusal what was filled in stands there again with
/// what is wrong beside it. The names of the fields are the API's, see <see cref="FormBody"/>.
/// </summary>
internal sealed class Form(HttpContext http, string name)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly FormAnswer? _answer = FormAnswer.In(http, name);
    private readonly CurrentUser? _user = http.Features.Get<CurrentUser>();

    /// <summary>What the API said to it, when it has just been sent.</summary>
    public FormAnswer? Answer => _answer;

    public bool IsRefused => _answer is { IsRefused: true };

    /// <summary>The beginning of the form with what the bridge has to know.</summary>
    /// <param name="then">Where to go when it went well; <c>{id}</c> is what was made. The same page when it is left out.</param>
    /// <param name="say">What to say when it went well.</param>
    /// <param name="version">The version that the person has seen: somebody else's change meanwhile is not overwritten.</param>
    /// <param name="confirm">What is asked before it is sent.</param>
    /// <param name="outbox">What it is called in the outbox of a telephone, when it may wait there for a signal.</param>
    /// <param name="shows">Whether the page shows the answer itself, because it is shown only this once.</param>
    public IHtmlContent Open(string method, string path, string? then = null, string? say = null, int? version = null, string? css = null, string? confirm = null, bool shows = false, string? live = null, string? outbox = null)
    {
        var html = new StringBuilder();
        html.Append("<form method=\"post\" action=\"").Append(Safe(FormBridge.Prefix + path)).Append('"');
        if (css is not null) html.Append(" class=\"").Append(css).Append('"');
        if (confirm is not null) html.Append(" data-confirm=\"").Append(Safe(confirm)).Append('"');
        if (live is not null) html.Append(" data-live=\"").Append(Safe(live)).Append('"');
        if (outbox is not null) html.Append(" data-outbox=\"").Append(Safe(outbox)).Append('"');
        html.Append(" data-once>");
        Hide(html, "_form", name);
        if (method is not "POST") Hide(html, "_method", method);
        Hide(html, "_page", Page());
        if (then is not null) Hide(html, "_then", then);
        if (say is not null) Hide(html, "_say", say);
        if (shows) Hide(html, "_shows", "1");
        // A form that is sent twice, by two taps or by going back, does what it does once.
        if (method is "POST") Hide(html, "_key", Guid.CreateVersion7().ToString("N"));
        if (version is { } seen) Hide(html, "_version", seen.ToString(CultureInfo.InvariantCulture));
        if (_user is not null) Hide(html, "_zone", _user.TimeZone);
        return new HtmlString(html.ToString());
    }

    public static IHtmlContent Close { get; } = new HtmlString("</form>");

    /// <summary>The refusal as a whole, above the fields; nothing when there is none.</summary>
    public IHtmlContent Problem()
    {
        if (_answer is not { IsRefused: true, Message: { } message }) return HtmlString.Empty;

        var html = new StringBuilder("<div class=\"problem\" role=\"alert\">").Append(Write(Icon.Of("alert"))).Append("<div><p>").Append(Safe(Sentence(_answer.Code, message))).Append("</p>");
        var rest = _answer.Issues.Where(issue => issue.Message != message && issue.Message.Length > 0).ToList();
        if (rest.Count > 0)
        {
            html.Append("<ul>");
            foreach (var issue in rest) html.Append("<li>").Append(Safe(issue.Path.Length == 0 ? issue.Message : $"{Label(issue.Path)}: {issue.Message}")).Append("</li>");
            html.Append("</ul>");
        }

        // What somebody else has made of it is looked at beside what was filled in here.
        if (_answer.Code is "STALE_VERSION") html.Append("<p><a target=\"_blank\" href=\"").Append(Safe(Now())).Append("\">See it as it is now</a></p>");
        return new HtmlString(html.Append("</div></div>").ToString());
    }

    public static IHtmlContent Hidden(string field, string? value)
    {
        var html = new StringBuilder();
        Hide(html, field, value ?? "");
        return new HtmlString(html.ToString());
    }

    /// <summary>A button that sends a form which has nothing to fill in.</summary>
    public static IHtmlContent Button(HttpContext http, string name, string method, string path, string label, string? then = null, string? say = null, string css = "quiet", string? icon = null,
        string? confirm = null, int? version = null, string? outbox = null, params (string Field, string Value)[] fields)
    {
        var form = new Form(http, name);
        var html = new StringBuilder(Write(form.Open(method, path, then, say, version, "inline", confirm, outbox: outbox)));
        foreach (var (field, value) in fields) Hide(html, field, value);
        html.Append("<button type=\"submit\" class=\"").Append(css).Append("\">");
        if (icon is not null) html.Append(Write(Icon.Of(icon)));
        return new HtmlString(html.Append(Safe(label)).Append("</button></form>").ToString());
    }

    /// <param name="type">As HTML has it: text, email, tel, date, time, datetime-local, number, password, url.</param>
    public IHtmlContent Text(string field, string label, string? value = null, bool required = false, string type = "text", string? hint = null, int longest = 0, string? css = null,
        string? complete = null, string? placeholder = null, bool focus = false, string? list = null)
    {
        var html = Begin(field, label, hint, css, required);
        html.Append("<input type=\"").Append(type).Append('"');
        Name(html, field, hint);
        var kind = Kind(field);
        if (type is "text" && kind is "money" or "number" or "decimal") html.Append(" inputmode=\"decimal\"");
        if (longest > 0) html.Append(" maxlength=\"").Append(longest).Append('"');
        if (required) html.Append(" required");
        if (focus) html.Append(" autofocus");
        if (list is not null) html.Append(" list=\"").Append(list).Append('"');
        html.Append(" autocomplete=\"").Append(complete ?? "off").Append('"');
        if (placeholder is not null) html.Append(" placeholder=\"").Append(Safe(placeholder)).Append('"');
        if (type is not "password" && Given(field, value) is { Length: > 0 } given) html.Append(" value=\"").Append(Safe(given)).Append('"');
        return End(html.Append('>'), field, hint);
    }

    public IHtmlContent Area(string field, string label, string? value = null, bool required = false, string? hint = null, int longest = 5000, int rows = 3, string? css = null)
    {
        var html = Begin(field, label, hint, css, required);
        html.Append("<textarea rows=\"").Append(rows).Append("\" maxlength=\"").Append(longest).Append('"');
        Name(html, field, hint);
        if (required) html.Append(" required");
        return End(html.Append('>').Append('\n').Append(Safe(Given(field, value) ?? "")).Append("</textarea>"), field, hint);
    }

    /// <param name="none">The choice of nothing; none is offered when it is null.</param>
    public IHtmlContent Choice(string field, string label, IEnumerable<(string Value, string Label)> choices, string? value = null, string? none = null, bool required = false, string? hint = null, string? css = null)
    {
        var html = Begin(field, label, hint, css, required);
        html.Append("<select");
        Name(html, field, hint);
        if (required) html.Append(" required");
        html.Append('>');
        if (none is not null) html.Append("<option value=\"\">").Append(Safe(none)).Append("</option>");
        var given = Given(field, value);
        foreach (var (option, text) in choices)
        {
            html.Append("<option value=\"").Append(Safe(option)).Append('"').Append(option == given ? " selected" : "").Append('>').Append(Safe(text)).Append("</option>");
        }

        return End(html.Append("</select>"), field, hint);
    }

    /// <summary>A box to tick. Unticked it says false.</summary>
    public IHtmlContent Tick(string field, string label, bool value = false, string? hint = null, string? css = null)
    {
        var isTicked = _answer is { IsRefused: true } refused ? refused.Given[field] is { Count: > 0 } sent && sent[^1] == "true" : value;
        var html = new StringBuilder("<div class=\"field tick ").Append(css).Append("\">");
        Hide(html, field, "false");
        html.Append("<input type=\"checkbox\" value=\"true\"");
        Name(html, field, hint);
        if (isTicked) html.Append(" checked");
        html.Append("><label for=\"").Append(Id(field)).Append("\">").Append(Safe(label)).Append("</label>");
        return End(html, field, hint);
    }

    /// <summary>Several boxes that together make a list.</summary>
    public IHtmlContent Ticks(string field, string label, IEnumerable<(string Value, string Label)> choices, IReadOnlyCollection<string>? values = null, string? hint = null, string? css = null)
    {
        var given = _answer is { IsRefused: true } refused ? [.. refused.Given[field + ":list"].OfType<string>()] : values ?? [];
        var html = new StringBuilder("<fieldset class=\"field ticks ").Append(css).Append("\"><legend>").Append(Safe(label)).Append("</legend>");
        Hide(html, field + ":list", "");
        var number = 0;
        html.Append("<div>");
        foreach (var (value, text) in choices)
        {
            var id = $"{Id(field)}-{number++}";
            html.Append("<span class=\"tick\"><input type=\"checkbox\" id=\"").Append(id).Append("\" name=\"").Append(Safe(field)).Append(":list\" value=\"").Append(Safe(value)).Append('"')
                .Append(given.Contains(value) ? " checked" : "").Append("><label for=\"").Append(id).Append("\">").Append(Safe(text)).Append("</label></span>");
        }

        html.Append("</div>");
        if (hint is not null) html.Append("<p class=\"hint\">").Append(Safe(hint)).Append("</p>");
        return new HtmlString(html.Append("</fieldset>").ToString());
    }

    public static IHtmlContent Submit(string label, string css = "", string? icon = null) =>
        new HtmlString($"<button type=\"submit\" class=\"{css}\">{(icon is null ? "" : Write(Icon.Of(icon)))}{Safe(label)}</button>");

    /// <summary>What stands in a field: what was filled in when the form was refused, else the value.</summary>
    public string? Given(string field, string? value) => _answer is { IsRefused: true } refused && refused.Given.TryGetValue(field, out var given) && given.Count > 0 ? given[^1] : value;

    private StringBuilder Begin(string field, string label, string? hint, string? css, bool required)
    {
        _ = hint;
        return new StringBuilder("<div class=\"field ").Append(css).Append("\"><label for=\"").Append(Id(field)).Append("\">").Append(Safe(label))
            .Append(required ? "" : "").Append("</label>");
    }

    private void Name(StringBuilder html, string field, string? hint)
    {
        html.Append(" id=\"").Append(Id(field)).Append("\" name=\"").Append(Safe(field)).Append('"');
        var wrong = _answer?.Of(Path(field));
        if (wrong is not null) html.Append(" aria-invalid=\"true\"");
        var described = string.Join(' ', new[] { wrong is null ? null : Id(field) + "-wrong", hint is null ? null : Id(field) + "-hint" }.OfType<string>());
        if (described.Length > 0) html.Append(" aria-describedby=\"").Append(described).Append('"');
    }

    private HtmlString End(StringBuilder html, string field, string? hint)
    {
        if (_answer?.Of(Path(field)) is { } wrong) html.Append("<p class=\"wrong\" id=\"").Append(Id(field)).Append("-wrong\">").Append(Safe(wrong)).Append("</p>");
        if (hint is not null) html.Append("<p class=\"hint\" id=\"").Append(Id(field)).Append("-hint\">").Append(Safe(hint)).Append("</p>");
        return new HtmlString(html.Append("</div>").ToString());
    }

    private string Id(string field) => $"{name}-{string.Concat(field.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}";

    // A form that is shown again after a refusal was sent from its own page, and goes back there.
    private string Page() => FormAnswer.In(http) is { } answer && answer.Given["_page"].ToString() is { Length: > 0 } page
        ? page
        : http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();

    private string Now() => ReturnPath.Of(Page()) is var page && page.EndsWith("/edit", StringComparison.Ordinal) ? page[..^"/edit".Length] : page;

    private static string Sentence(string? code, string message) => code switch
    {
        "STALE_VERSION" => "Somebody has changed this meanwhile. Nothing was saved; what you filled in stands here still.",
        _ => message,
    };

    private static string Label(string path) => Shown.Word(path.Split('.')[^1].Replace("_cents", "", StringComparison.Ordinal).Replace("_id", "", StringComparison.Ordinal));

    private static string Path(string field) => field.Split(':')[0];

    private static string Kind(string field) => field.Split(':') is [_, var kind, ..] ? kind : "text";

    private static void Hide(StringBuilder html, string field, string value) =>
        html.Append("<input type=\"hidden\" name=\"").Append(Safe(field)).Append("\" value=\"").Append(Safe(value)).Append("\">");

    private static string Safe(string text) => Encoder.Encode(text);

    private static string Write(IHtmlContent content)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        content.WriteTo(text, Encoder);
        return text.ToString();
    }
}

/// <summary>How values stand in the fields of a form.</summary>
internal static class Field
{
    /// <summary>1250.00, as an amount is written and read again.</summary>
    public static string? Of(Money? amount) => amount is { } money ? (money.Cents / 100m).ToString("0.00", CultureInfo.InvariantCulture) : null;

    public static string? Of(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string? Of(Percent? rate) => rate?.Percentage.ToString("0.####", CultureInfo.InvariantCulture);

    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A price as short as it can be written: 95.00, 33.3333.</summary>
    public static string? Of(UnitPrice? price) => price?.ToString();
}
