namespace Oxidizer.Packager.Missing;

/// <summary>What a token is.</summary>
internal enum TokenKind : byte
{
    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A string without prefix, escapes or line ends: its bytes are its text.</summary>
    Text,

    /// <summary>One character, or a string or number that nobody asks for.</summary>
    Other,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">The first byte; of a text, without its quote.</param>
/// <param name="End">After the last byte; of a text, without its quote.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, int Line);

/// <summary>
/// The logical lines of a Python source, as tokens. Any bytes can be read: what is no Python gives tokens that mean nothing. Python's
/// grammar is not needed, because a statement at the top level begins in the first column, and what stands under a condition does not.
/// </summary>
internal sealed class SourceLines(byte[] source)
{
    private const int TabStop = 8;
    private readonly List<Token> _tokens = [];
    private int _at = source.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
    private int _line = 1;
    private int _depth;

    /// <summary>The tokens of the line; never empty after <see cref="Next"/>.</summary>
    public IReadOnlyList<Token> Tokens => _tokens;

    /// <summary>The column of the first token, from 0.</summary>
    public int Indent { get; private set; }

    /// <summary>Goes to the next line with a token on it; <c>false</c> at the end.</summary>
    public bool Next()
    {
        _tokens.Clear();
        (Indent, _depth) = (0, 0);
        while (_at < source.Length)
        {
            var c = source[_at];
            if (c == '\n')
            {
                _at++;
                _line++;
                if (_depth > 0)
                    continue;
                if (_tokens.Count > 0)
                    return true;
                Indent = 0;
            }
            else if (c is (byte)' ' or (byte)'\t' or (byte)'\f' or (byte)'\r')
                Skip(c);
            else if (c == '#')
                _at = source.AsSpan(_at).IndexOf((byte)'\n') is >= 0 and var end ? _at + end : source.Length;
            else if (c == '\\')
                Continue();
            else
                Take(c);
        }
        return _tokens.Count > 0;
    }

    /// <summary>Whether a token is this one character.</summary>
    public bool Is(Token token, char c) => token.Kind == TokenKind.Other && source[token.Start] == c;

    /// <summary>Whether a token is this name.</summary>
    public bool Is(Token token, ReadOnlySpan<byte> name) =>
        token.Kind == TokenKind.Name && source.AsSpan(token.Start, token.End - token.Start).SequenceEqual(name);

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> BytesOf(Token token) => source.AsSpan(token.Start, token.End - token.Start);

    /// <summary>A token's text.</summary>
    public string TextOf(Token token) => System.Text.Encoding.UTF8.GetString(BytesOf(token));

    private void Skip(byte blank)
    {
        _at++;
        if (_tokens.Count == 0)
            Indent = blank switch
            {
                (byte)' ' => Indent + 1,
                (byte)'\t' => (Indent / TabStop + 1) * TabStop,
                (byte)'\f' => 0,
                _ => Indent,
            };
    }

    // A backslash before the end of a line joins it with the next.
    private void Continue()
    {
        _at++;
        if (_at < source.Length && source[_at] == '\r')
            _at++;
        if (_at < source.Length && source[_at] == '\n')
        {
            _at++;
            _line++;
        }
    }

    private void Take(byte c)
    {
        var start = _at;
        if (c is (byte)'"' or (byte)'\'')
        {
            TakeText(isPlain: true);
            return;
        }
        if (!IsNamePart(c))
        {
            if (c is (byte)'(' or (byte)'[' or (byte)'{')
                _depth++;
            else if (c is (byte)')' or (byte)']' or (byte)'}')
                _depth = Math.Max(0, _depth - 1);
            _at++;
            _tokens.Add(new Token(TokenKind.Other, start, _at, _line));
            return;
        }
        while (_at < source.Length && IsNamePart(source[_at]))
            _at++;
        if (_at < source.Length && source[_at] is (byte)'"' or (byte)'\'' && IsPrefix(source.AsSpan(start, _at - start)))
            TakeText(isPlain: _at - start == 1 && source[start] is (byte)'u' or (byte)'U' or (byte)'r' or (byte)'R');
        else
            _tokens.Add(new Token(char.IsAsciiDigit((char)c) ? TokenKind.Other : TokenKind.Name, start, _at, _line));
    }

    // An f-string is read as if it had no expressions: quotes within them come in pairs, so that it ends where Python ends it.
    private void TakeText(bool isPlain)
    {
        var (start, line, quote) = (_at, _line, source[_at]);
        var isTriple = start + 2 < source.Length && source[start + 1] == quote && source[start + 2] == quote;
        var size = isTriple ? 3 : 1;
        for (_at += size; _at < source.Length; _at++)
        {
            var c = source[_at];
            if (c == '\\')
            {
                isPlain = false;
                _at++;
                if (_at < source.Length && source[_at] == '\n')
                    _line++;
            }
            else if (c == '\n')
            {
                if (!isTriple)
                    break;
                isPlain = false;
                _line++;
            }
            else if (c == quote && (!isTriple || (_at + 2 < source.Length && source[_at + 1] == quote && source[_at + 2] == quote)))
            {
                _tokens.Add(
                    isPlain ? new Token(TokenKind.Text, start + size, _at, line) : new Token(TokenKind.Other, start, _at + size, line)
                );
                _at += size;
                return;
            }
        }
        _at = Math.Min(_at, source.Length);
        _tokens.Add(new Token(TokenKind.Other, start, _at, line));
    }

    private static bool IsPrefix(ReadOnlySpan<byte> name) => name.Length <= 2 && name.IndexOfAnyExcept("rRbBfFuUtT"u8) < 0;

    private static bool IsNamePart(byte c) => c == '_' || char.IsAsciiLetterOrDigit((char)c) || c >= 0x80;
}
