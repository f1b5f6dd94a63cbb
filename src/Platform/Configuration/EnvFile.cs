using System.Text;

namespace Outpost.Platform.Configuration;

/// <summary>A line of a <c>.env</c> file that sets something.</summary>
public sealed record EnvEntry(string Key, string Value, int Line);

/// <summary>
/// A <c>.env</c> file as docker compose reads it, except that nothing is replaced in a value: where compose would replace a <c>$NAME</c>,
/// the file is refused, so that both always see the same value.
/// </summary>
/// <param name="Entries">In the order of the file; a key that stands twice is here once, with the first value.</param>
/// <param name="Problems">Everything that is wrong with the file, by <c>file:line</c>. Never holds a value.</param>
public sealed record EnvFile(IReadOnlyList<EnvEntry> Entries, IReadOnlyList<SettingsProblem> Problems)
{
    /// <param name="name">How messages call the file.</param>
    /// <param name="text">What it says.</param>
    public static EnvFile Parse(string name, string text) => new Reader(name, text).Read();

    private sealed class Reader(string name, string text)
    {
        private readonly List<EnvEntry> _entries = [];
        private readonly List<SettingsProblem> _problems = [];
        private readonly string _text = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal);
        private int _at;
        private int _line = 1;

        private char Current => _at < _text.Length ? _text[_at] : '\n';

        public EnvFile Read()
        {
            for (; _at < _text.Length; EndLine())
            {
                SkipBlanks();
                if (Current is not ('\n' or '#')) Entry();
            }

            return new(_entries, _problems);
        }

        private void Entry()
        {
            var line = _line;
            if (_text.AsSpan(_at).StartsWith("export ") || _text.AsSpan(_at).StartsWith("export\t"))
            {
                _at += "export ".Length;
                SkipBlanks();
            }

            var start = _at;
            while (char.IsAsciiLetterOrDigit(Current) || Current == '_') _at++;
            var key = _text[start.._at];
            SkipBlanks();
            if (key.Length == 0 || char.IsAsciiDigit(key[0])) Wrong(line, "does not begin with a name", "write NAME=value; a name has letters, digits and _ and begins with no digit; put # before a comment");
            else if (Current == ':') Wrong(line, $"has a colon after {key}", $"write {key}=value");
            else if (Current != '=') Wrong(line, $"has no = after {key}", $"write {key}=value, or put # before the line");
            else
            {
                _at++;
                SkipBlanks();
                if (Value(line, key) is { } value) Add(key, value, line);
            }
        }

        private string? Value(int line, string key) => Current switch
        {
            '\'' => Quoted(line, key, '\''),
            '"' => Quoted(line, key, '"'),
            _ => Plain(line, key),
        };

        private string? Plain(int line, string key)
        {
            var start = _at;
            // A # in the middle of a word belongs to the value; behind a space it begins a comment.
            while (Current != '\n' && !(Current == '#' && (_at == start || _text[_at - 1] is ' ' or '\t'))) _at++;
            var value = _text[start.._at].Trim();
            if (value.Contains('\0', StringComparison.Ordinal)) return Wrong(line, $"has a zero byte in {key}", "write the value as text");
            for (var i = 0; i < value.Length; i++)
            {
                if (Replaceable(value, i)) return Dollar(line, key);
            }

            return value;
        }

        private string? Quoted(int line, string key, char quote)
        {
            var value = new StringBuilder();
            for (_at++; _at < _text.Length; _at++)
            {
                var c = _text[_at];
                if (c == quote) return AfterQuote(line, key, value.ToString());
                if (c == '\n') _line++;
                if (quote == '"' && Replaceable(_text, _at))
                {
                    SkipQuoted(quote);
                    return Dollar(line, key);
                }

                var escaped = c == '\\' && _at + 1 < _text.Length ? Escape(_text[_at + 1], quote) : null;
                if (escaped is not null) _at++;
                value.Append(escaped ?? c);
            }

            // The quote swallowed the rest of the file; what follows in it cannot be judged.
            return Wrong(line, $"opens a {quote} for {key} that is never closed", $"close it with {quote}");
        }

        private string? AfterQuote(int line, string key, string value)
        {
            _at++;
            SkipBlanks();
            return Current is '\n' or '#' ? value : Wrong(line, $"goes on after the closing quote of {key}", "put the whole value into the quotes, and \\ before a quote inside it");
        }

        private void SkipQuoted(char quote)
        {
            for (; _at < _text.Length && _text[_at] != quote; _at++)
            {
                if (_text[_at] == '\n') _line++;
                if (_text[_at] == '\\') _at++;
            }
        }

        private static char? Escape(char c, char quote) => (c, quote) switch
        {
            ('n', '"') => '\n',
            ('r', '"') => '\r',
            ('t', '"') => '\t',
            ('\\' or '"' or '$', '"') => c,
            ('\'', '\'') => c,
            _ => null,
        };

        private static bool Replaceable(string value, int i) =>
            value[i] == '$' && i + 1 < value.Length && (char.IsAsciiLetter(value[i + 1]) || value[i + 1] is '_' or '{' or '$');

        private string? Dollar(int line, string key) =>
            Wrong(line, $"has a $ in {key}, in whose place docker compose would put another variable", "put the value into single quotes");

        private void Add(string key, string value, int line)
        {
            if (_entries.Find(e => e.Key == key) is { } first)
            {
                _problems.Add(new(key, $"is set twice, at {name}:{first.Line} and {name}:{line}", "delete one of the two lines"));
                return;
            }

            _entries.Add(new(key, value, line));
        }

        private string? Wrong(int line, string cause, string fix)
        {
            _problems.Add(new($"{name}:{line}", cause, fix));
            return null;
        }

        private void SkipBlanks()
        {
            while (Current is ' ' or '\t') _at++;
        }

        private void EndLine()
        {
            while (_at < _text.Length && _text[_at] != '\n') _at++;
            _at++;
            _line++;
        }
    }
}
