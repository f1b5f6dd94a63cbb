using System.Text;

namespace Outpost.Platform.Migrations;

/// <summary>One statement of a file.</summary>
/// <param name="Text">As it stands in the file, without the semicolon.</param>
/// <param name="Start">The index of its first character in the file.</param>
/// <param name="Plain">Without comments, with single spaces: fit to be recognised or shown on one line.</param>
/// <param name="HasBody">Holds a <c>begin atomic … end</c>, whose semicolons the driver takes for ends of statements.</param>
internal sealed record SqlStatement(string Text, int Start, string Plain, bool HasBody)
{
    public string FirstWord => Plain.Split(' ', 2)[0].ToLowerInvariant();
}

/// <summary>
/// Cuts a file into statements, as psql does: a semicolon inside quotes, dollar quotes, comments, parentheses or the body of
/// <c>begin atomic … end</c> ends nothing.
/// </summary>
internal sealed class SqlScript
{
    private readonly string _text;
    private readonly List<SqlStatement> _statements = [];
    private readonly StringBuilder _plain = new();
    private int _at;
    private int _start = -1;
    private int _parentheses;
    private int _blocks;
    private bool _hasBody;

    private SqlScript(string text) => _text = text;

    public static IReadOnlyList<SqlStatement> Split(string text)
    {
        var script = new SqlScript(text);
        script.Scan();
        return script._statements;
    }

    /// <summary>The line and column, both from 1, of a place in a file.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="statement">The index where the statement begins.</param>
    /// <param name="position">What PostgreSQL reports: the number, from 1, of a character (not a UTF-16 unit) of the statement; 0 for unknown.</param>
    public static (int Line, int Column) Place(string text, int statement, int position)
    {
        var end = statement;
        for (var characters = 1; characters < position && end < text.Length; characters++) end += char.IsSurrogatePair(text, end) ? 2 : 1;

        var before = text.AsSpan(0, end);
        return (before.Count('\n') + 1, end - before.LastIndexOf('\n'));
    }

    private void Scan()
    {
        if (_text.StartsWith('\uFEFF')) _at = 1;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == '-' && Next('-')) Comment(EndOfLine());
            else if (c == '/' && Next('*')) Comment(EndOfBlockComment());
            else if (char.IsWhiteSpace(c)) Space();
            else if (c == '\'') Take(EndOfQuote(_at, backslashes: false));
            else if (c == '"') Take(EndOfQuote(_at, backslashes: false));
            else if (c == '$' && DollarTag() is { } tag) Take(EndOfDollarQuote(tag));
            else if (char.IsLetter(c) || c == '_') Word();
            else if (char.IsAsciiDigit(c)) Take(EndOfWord());
            else Symbol(c);
        }

        EndStatement();
    }

    private bool Next(char c) => _at + 1 < _text.Length && _text[_at + 1] == c;

    private void Take(int end)
    {
        if (_start < 0) _start = _at;
        _plain.Append(_text, _at, end - _at);
        _at = end;
    }

    private void Space()
    {
        if (_plain.Length > 0 && _plain[^1] != ' ') _plain.Append(' ');
        _at++;
    }

    private void Comment(int end)
    {
        _at = end - 1;
        Space();
    }

    private void Symbol(char c)
    {
        if (c == ';' && _parentheses == 0 && _blocks == 0)
        {
            EndStatement();
            _at++;
            return;
        }

        if (c is '(' or '[') _parentheses++;
        if (c is ')' or ']' && _parentheses > 0) _parentheses--;
        Take(_at + 1);
    }

    private void Word()
    {
        var end = EndOfWord();
        var word = _text[_at..end];
        // The letter before a quote says how to read it: E'it\'s'.
        if (word is "e" or "E" && end < _text.Length && _text[end] == '\'')
        {
            Take(EndOfQuote(end, backslashes: true));
            return;
        }

        if (_blocks > 0 && word.Equals("case", StringComparison.OrdinalIgnoreCase)) _blocks++;
        else if (_blocks > 0 && word.Equals("end", StringComparison.OrdinalIgnoreCase)) _blocks--;
        else if (word.Equals("atomic", StringComparison.OrdinalIgnoreCase) && _plain.ToString().EndsWith("begin ", StringComparison.OrdinalIgnoreCase)) (_blocks, _hasBody) = (_blocks + 1, true);
        Take(end);
    }

    private void EndStatement()
    {
        if (_start >= 0) _statements.Add(new(_text[_start.._at].TrimEnd(), _start, _plain.ToString().Trim(), _hasBody));
        _plain.Clear();
        (_start, _parentheses, _blocks, _hasBody) = (-1, 0, 0, false);
    }

    private int EndOfLine() => _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;

    private int EndOfBlockComment()
    {
        var depth = 0;
        for (var i = _at; i + 1 < _text.Length; i++)
        {
            if (_text[i] == '/' && _text[i + 1] == '*') (depth, i) = (depth + 1, i + 1);
            else if (_text[i] == '*' && _text[i + 1] == '/')
            {
                (depth, i) = (depth - 1, i + 1);
                if (depth == 0) return i + 1;
            }
        }

        return _text.Length;
    }

    private int EndOfQuote(int open, bool backslashes)
    {
        var quote = _text[open];
        for (var i = open + 1; i < _text.Length; i++)
        {
            if (backslashes && _text[i] == '\\') i++;
            // A doubled quote closes and opens again at once; so it needs no case of its own.
            else if (_text[i] == quote) return i + 1;
        }

        return _text.Length;
    }

    private string? DollarTag()
    {
        var end = _at + 1;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_')) end++;
        return end < _text.Length && _text[end] == '$' && !(end > _at + 1 && char.IsAsciiDigit(_text[_at + 1])) ? _text[_at..(end + 1)] : null;
    }

    private int EndOfDollarQuote(string tag) =>
        _text.IndexOf(tag, _at + tag.Length, StringComparison.Ordinal) is var close and >= 0 ? close + tag.Length : _text.Length;

    private int EndOfWord()
    {
        var end = _at;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '$')) end++;
        return end;
    }
}
