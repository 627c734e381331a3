namespace Oxidizer.Packager.Resources;

/// <summary>
/// Reads a licence expression of SPDX (specification 2.3, annex D) for the terms that it leaves.
/// <code>
/// or      = and *( "OR" and )                  of the ways the freest is taken
/// and     = with *( "AND" with )               all bind
/// with    = simple [ "WITH" exception ] | "(" or ")"
/// simple  = idstring [ "+" ] | [ "DocumentRef-" idstring ":" ] "LicenseRef-" idstring
/// idstring = 1*( ALPHA / DIGIT / "-" / "." )
/// </code>
/// Operators are in capitals or in small letters, not mixed. What is anything else has unknown terms, never free ones.
/// </summary>
internal ref struct SpdxExpression
{
    private const int MaxDepth = 64;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;
    private bool _isBroken;

    private SpdxExpression(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The terms of an expression.</summary>
    public static LicenseTerms TermsOf(string expression)
    {
        var reader = new SpdxExpression(expression);
        var terms = reader.ReadOr();
        reader.SkipBlanks();
        return reader._isBroken || reader._at < expression.Length ? LicenseTerms.Unknown : terms;
    }

    private LicenseTerms ReadOr()
    {
        var terms = ReadAnd();
        while (!_isBroken && TryOperator("OR", "or"))
            terms = (LicenseTerms)Math.Min((int)terms, (int)ReadAnd());
        return terms;
    }

    private LicenseTerms ReadAnd()
    {
        var terms = ReadWith();
        while (!_isBroken && TryOperator("AND", "and"))
            terms = (LicenseTerms)Math.Max((int)terms, (int)ReadWith());
        return terms;
    }

    private LicenseTerms ReadWith()
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == '(')
            return ReadGroup();
        var terms = ReadSimple();
        if (_isBroken || !TryOperator("WITH", "with"))
            return terms;
        SkipBlanks();
        var exception = Identifier();
        return exception.IsEmpty || IsOperator(exception) ? Break() : KnownLicenses.With(terms, exception);
    }

    // A hostile text of a million brackets must not overflow the stack.
    private LicenseTerms ReadGroup()
    {
        if (++_depth > MaxDepth)
            return Break();
        _at++;
        var terms = ReadOr();
        SkipBlanks();
        if (_isBroken || _at == _text.Length || _text[_at] != ')')
            return Break();
        _at++;
        _depth--;
        return terms;
    }

    private LicenseTerms ReadSimple()
    {
        var identifier = Identifier();
        if (identifier.IsEmpty || IsOperator(identifier))
            return Break();
        if (identifier.StartsWith("DocumentRef-"))
        {
            if (identifier.Length == "DocumentRef-".Length || _at == _text.Length || _text[_at++] != ':')
                return Break();
            identifier = Identifier();
            return IsReference(identifier) ? LicenseTerms.Unknown : Break();
        }
        // The text of a LicenseRef is not known.
        if (identifier.StartsWith("LicenseRef-"))
            return IsReference(identifier) ? LicenseTerms.Unknown : Break();
        // "Or any later version": the one that is named may always be taken.
        if (_at < _text.Length && _text[_at] == '+')
            _at++;
        return KnownLicenses.Of(identifier);
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

    private LicenseTerms Break()
    {
        _isBroken = true;
        return LicenseTerms.Unknown;
    }
}
