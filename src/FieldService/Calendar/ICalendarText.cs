using System.Globalization;
using System.Text;

namespace Outpost.FieldService.Calendar;

/// <summary>
/// Writes iCalendar as RFC 5545 has it: lines end in CRLF and are folded at 75 octets without cutting a character in two, text is escaped, times are in UTC.
/// </summary>
internal sealed class ICalendarText
{
    private const int LongestLine = 75;

    private readonly StringBuilder _text = new();

    public ICalendarText Begin(string component) => Line($"BEGIN:{component}");

    public ICalendarText End(string component) => Line($"END:{component}");

    /// <summary>A property whose value needs no escaping: a word, a number, a URI.</summary>
    public ICalendarText Property(string name, string value) => Line($"{name}:{value}");

    /// <summary>A property that holds a person's words; nothing is written for none.</summary>
    public ICalendarText Text(string name, string? value) => string.IsNullOrWhiteSpace(value) ? this : Line($"{name}:{Escaped(value)}");

    public ICalendarText Time(string name, DateTimeOffset at) => Line($"{name}:{at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");

    public override string ToString() => _text.ToString();

    private ICalendarText Line(string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LongestLine)
            {
                // The blank that a continuation begins with counts.
                _text.Append("\r\n ");
                octets = 1;
            }

            _text.Append(rune);
            octets += rune.Utf8SequenceLength;
        }

        _text.Append("\r\n");
        return this;
    }

    private static string Escaped(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value.Trim().ReplaceLineEndings("\n"))
        {
            _ = c switch
            {
                '\\' or ';' or ',' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\t' => text.Append(c),
                // Control characters have no place in a calendar, and no meaning in what a person wrote.
                _ when char.IsControl(c) => text,
                _ => text.Append(c),
            };
        }

        return text.ToString();
    }
}
