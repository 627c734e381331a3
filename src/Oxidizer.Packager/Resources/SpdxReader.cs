namespace Oxidizer.Packager.Resources;

/// <summary>
/// Reads a licence expression of SPDX (specification 2.3, annex D).
/// <code>
/// or      = and *( "OR" and )
/// and     = with *( "AND" with )
/// with    = simple [ "WITH" exception ] | "(" or ")"
/// simple  = idstring [ "+" ] | [ "DocumentRef-" idstring ":" ] "LicenseRef-" idstring
/// idstring = 1*( ALPHA / DIGIT / "-" / "." )
/// </code>
/// Operators are in capitals or in small letters, not mixed.
/// </summary>
internal ref struct SpdxReader(ReadOnlySpan<char> text)
{
    private const int MaxDepth = 64;
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _depth;

    /// <summary>The whole text as an expression; <c>null</c> if it is none.</summary>
    public SpdxExpression? Read()
    {
        var expression = ReadOr();
        SkipBlanks();
        return _at < _text.Length ? null : expression;
    }

    private SpdxExpression? ReadOr()
    {
        var first = ReadAnd();
        if (first is null || !TryOperator("OR", "or"))
            return first;
        var parts = new List<SpdxExpression> { first };
        do
        {
            if (ReadAnd() is not { } next)
                return null;
            parts.Add(next);
        } while (TryOperator("OR", "or"));
        return new SpdxAny(parts);
    }

    private SpdxExpression? ReadAnd()
    {
        var first = ReadWith();
        if (first is null || !TryOperator("AND", "and"))
            return first;
        var parts = new List<SpdxExpression> { first };
        do
        {
            if (ReadWith() is not { } next)
                return null;
            parts.Add(next);
        } while (TryOperator("AND", "and"));
        return new SpdxAll(parts);
    }

    private SpdxExpression? ReadWith()
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == '(')
            return ReadGroup();
        var license = ReadSimple();
        if (license is null || !TryOperator("WITH", "with"))
            return license;
        SkipBlanks();
        var exception = Identifier();
        return exception.IsEmpty || IsOperator(exception) ? null : license with { Exception = exception.ToString() };
    }

    // A hostile text of a million brackets must not overflow the stack.
    private SpdxExpression? ReadGroup()
    {
        if (++_depth > MaxDepth)
            return null;
        _at++;
        var expression = ReadOr();
        SkipBlanks();
        if (expression is null || _at == _text.Length || _text[_at] != ')')
            return null;
        _at++;
        _depth--;
        return expression;
    }

    private SpdxLicense? ReadSimple()
    {
        var start = _at;
        var identifier = Identifier();
        if (identifier.IsEmpty || IsOperator(identifier))
            return null;
        if (identifier.StartsWith("DocumentRef-"))
        {
            if (identifier.Length == "DocumentRef-".Length || _at == _text.Length || _text[_at++] != ':')
                return null;
            identifier = Identifier();
            return IsReference(identifier) ? new SpdxLicense(_text[start.._at].ToString(), OrLater: false, Exception: null) : null;
        }
        if (identifier.StartsWith("LicenseRef-"))
            return IsReference(identifier) ? new SpdxLicense(identifier.ToString(), OrLater: false, Exception: null) : null;
        var isOrLater = _at < _text.Length && _text[_at] == '+';
        if (isOrLater)
            _at++;
        return new SpdxLicense(identifier.ToString(), isOrLater, Exception: null);
    }

    private static bool IsReference(ReadOnlySpan<char> identifier) =>
        identifier.StartsWith("LicenseRef-") && identifier.Length > "LicenseRef-".Length;

    private static bool IsOperator(ReadOnlySpan<char> word) => word is "AND" or "and" or "OR" or "or" or "WITH" or "with";

    private bool TryOperator(string capitals, string small)
    {
        SkipBlanks();
        var start = _at;
        var word = Identifier();
        if (word.SequenceEqual(capitals) || word.SequenceEqual(small))
            return true;
        _at = start;
        return false;
    }

    private ReadOnlySpan<char> Identifier()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '.'))
            _at++;
        return _text[start.._at];
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
            _at++;
    }
}
