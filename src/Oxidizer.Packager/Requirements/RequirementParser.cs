namespace Oxidizer.Packager.Requirements;

/// <summary>
/// Reads requirements of PEP 508, also with the versions in brackets. The text comes from other people's metadata: it is read once from the
/// left, and neither its
/// length nor the depth of its brackets is trusted.
/// </summary>
internal sealed class RequirementParser(string text)
{
    private const int LongestText = 64 * 1024,
        DeepestBracket = 64;
    private static readonly string[] s_operators = [.. VersionSpecifier.Operators, "not in", "in"];
    private int _at;

    /// <summary>What was wrong.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Reads a whole requirement; <c>null</c> if it is none.</summary>
    public PackageRequirement? Read()
    {
        if (text.Length > LongestText)
            return Fail<PackageRequirement>($"it has more than {LongestText} characters");
        var name = Name();
        if (name.Length == 0)
            return Fail<PackageRequirement>("it does not begin with a name");
        if (Extras() is not { } extras || Versions() is not { } versions)
            return null;
        Marker? marker = null;
        if (Skip(";") && (marker = Or(0)) is null)
            return null;
        SkipBlanks();
        return _at == text.Length ? new PackageRequirement(name, extras, versions, marker) : Unexpected<PackageRequirement>();
    }

    /// <summary>Reads a whole marker; <c>null</c> if it is none.</summary>
    public Marker? ReadMarker()
    {
        if (text.Length > LongestText)
            return Fail<Marker>($"it has more than {LongestText} characters");
        var marker = Or(0);
        SkipBlanks();
        return marker is null || _at == text.Length ? marker : Unexpected<Marker>();
    }

    private string Name()
    {
        SkipBlanks();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '.' or '_' or '-'))
            _at++;
        return text[start.._at].TrimEnd('.', '_', '-') is var name && name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) ? name : "";
    }

    private List<string>? Extras()
    {
        var extras = new List<string>();
        if (!Skip("["))
            return extras;
        while (!Skip("]"))
        {
            if (extras.Count > 0 && !Skip(","))
                return Fail<List<string>>("the list of extras does not end with `]`");
            if (Name() is not { Length: > 0 } extra)
                return Fail<List<string>>("an extra has no name");
            extras.Add(extra);
        }
        return extras;
    }

    private List<VersionSpecifier>? Versions()
    {
        var versions = new List<VersionSpecifier>();
        // An address says where it was to come from; here it is installed.
        if (Skip("@"))
        {
            while (_at < text.Length && !(text[_at] == ';' && (_at == 0 || char.IsWhiteSpace(text[_at - 1]))))
                _at++;
            return versions;
        }
        var isInBrackets = Skip("(");
        while (Operator(VersionSpecifier.Operators) is { } operation)
        {
            SkipBlanks();
            var start = _at;
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (',' or ';' or ')'))
                _at++;
            var specifier = new VersionSpecifier(operation, text[start.._at]);
            if (!specifier.IsValid)
                return Fail<List<VersionSpecifier>>($"`{specifier}` is no condition on a version");
            versions.Add(specifier);
            if (!Skip(","))
                break;
        }
        return !isInBrackets || Skip(")") ? versions : Fail<List<VersionSpecifier>>("a bracket is not closed");
    }

    private Marker? Or(int depth) => Group("or", all: false, depth, And);

    private Marker? And(int depth) => Group("and", all: true, depth, Term);

    private Marker? Group(string word, bool all, int depth, Func<int, Marker?> read)
    {
        if (read(depth) is not { } first)
            return null;
        var parts = new List<Marker> { first };
        while (SkipWord(word))
        {
            if (read(depth) is not { } next)
                return null;
            parts.Add(next);
        }
        return parts.Count == 1 ? first : new Marker.Group(all, parts);
    }

    private Marker? Term(int depth)
    {
        if (Skip("("))
        {
            if (depth == DeepestBracket)
                return Fail<Marker>($"its brackets are more than {DeepestBracket} deep");
            if (Or(depth + 1) is not { } inner)
                return null;
            return Skip(")") ? inner : Fail<Marker>("a bracket is not closed");
        }
        if (Value() is not { } left)
            return null;
        if (Operator(s_operators) is not { } operation)
            return Fail<Marker>($"a comparison is expected after `{left.Text}`");
        return Value() is { } right ? new Marker.Comparison(left, operation, right) : null;
    }

    private Marker.Value? Value()
    {
        SkipBlanks();
        if (_at < text.Length && text[_at] is '\'' or '"')
        {
            var end = text.IndexOf(text[_at], _at + 1);
            if (end < 0)
                return Bad("a quote is not closed");
            var value = text[(_at + 1)..end];
            _at = end + 1;
            return new Marker.Value(false, value);
        }
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.'))
            _at++;
        var name = text[start.._at];
        if (MarkerEnvironment.Knows(name))
            return new Marker.Value(true, name);
        return Bad(name.Length > 0 ? $"markers know no `{name}`" : "a value is expected");

        Marker.Value? Bad(string problem)
        {
            Fail<Marker>(problem);
            return null;
        }
    }

    // `not in` may have any blanks within.
    private string? Operator(IEnumerable<string> known)
    {
        SkipBlanks();
        foreach (var operation in known)
        {
            if (operation == "not in")
            {
                var start = _at;
                if (SkipWord("not") && SkipWord("in"))
                    return operation;
                _at = start;
            }
            else if (char.IsAsciiLetter(operation[0]) ? SkipWord(operation) : Skip(operation))
                return operation;
        }
        return null;
    }

    private bool SkipWord(string word)
    {
        var start = _at;
        if (Skip(word) && (_at == text.Length || !(char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_')))
            return true;
        _at = start;
        return false;
    }

    private bool Skip(string token)
    {
        SkipBlanks();
        if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
            return false;
        _at += token.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private T? Unexpected<T>()
        where T : class => Fail<T>($"`{text[_at..Math.Min(text.Length, _at + 20)]}` is not expected there");

    private T? Fail<T>(string problem)
        where T : class
    {
        if (Problem.Length == 0)
            Problem = problem;
        return null;
    }
}
