namespace Oxidizer.Packager.Missing;

/// <summary>
/// Finds what a source asks for unconditionally. In doubt it finds nothing: what stands below <c>if</c>, <c>try</c>, <c>with</c>, a loop or
/// in a function is not imported for certain, nor is anything after a <c>raise</c> or an <c>exit</c> that a condition guards.
/// </summary>
internal sealed class ReadWants
{
    private enum Block
    {
        Function,
        Class,
        Handler,
        Condition,
    }

    private readonly SourceLines _lines;
    private readonly List<(int Indent, Block Kind)> _blocks = [];
    private readonly List<Want> _wants = [];
    private bool _makesModules,
        _changesPath,
        _mayEnd,
        _namesCtypes,
        _hooks;

    private ReadWants(byte[] source) => _lines = new SourceLines(source);

    /// <summary>Reads a source; any bytes are taken.</summary>
    public static SourceWants Of(byte[] source)
    {
        var reader = new ReadWants(source);
        var wants = reader.Read();
        return reader._hooks ? wants with { Wants = [.. wants.Wants, .. NamesIn(source)] } : wants;
    }

    // A hook of setuptools brings `distutils`, which is another's: what a source with a hook names, it may bring.
    private static IEnumerable<Want> NamesIn(byte[] source)
    {
        var lines = new SourceLines(source);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (lines.Next())
        {
            foreach (var token in lines.Tokens.Where(token => token.Kind == TokenKind.Text))
            {
                var name = lines.TextOf(token);
                if (name.Split('.').All(part => Resources.ModuleNames.IsImportable(part)) && names.Add(name))
                    yield return new Want(WantKind.Gives, name, token.Line);
            }
        }
    }

    private SourceWants Read()
    {
        while (_lines.Next())
        {
            var tokens = _lines.Tokens;
            while (_blocks.Count > 0 && _blocks[^1].Indent >= _lines.Indent)
                _blocks.RemoveAt(_blocks.Count - 1);
            ReadNames(tokens);
            var kind = KindOf(tokens);
            if (kind is { } opened)
            {
                // `if x: raise` on one line.
                if (opened == Block.Condition && MayEndModule() && Ends(tokens, 0))
                    _mayEnd = true;
                if (_lines.Is(tokens[^1], ':'))
                    _blocks.Add((_lines.Indent, opened));
            }
            else
                ReadStatements(tokens);
        }
        return new SourceWants(
            _namesCtypes ? _wants : [.. _wants.Where(want => want.Kind is not (WantKind.FindsLibrary or WantKind.LoadsLibrary))]
        )
        {
            MakesModules = _makesModules,
            ChangesPath = _changesPath,
        };
    }

    // Null for a simple statement. `match` and `case` are keywords only where a block follows.
    private Block? KindOf(IReadOnlyList<Token> tokens)
    {
        var first = tokens[0];
        if (first.Kind == TokenKind.Name)
        {
            if (_lines.Is(first, "async"u8) && tokens.Count > 1)
                first = tokens[1];
            switch (_lines.BytesOf(first))
            {
                case var name when name.SequenceEqual("def"u8):
                    return Block.Function;
                case var name when name.SequenceEqual("class"u8):
                    return Block.Class;
                case var name when name.SequenceEqual("except"u8) || name.SequenceEqual("finally"u8):
                    return Block.Handler;
                case var name
                    when name.SequenceEqual("if"u8)
                        || name.SequenceEqual("elif"u8)
                        || name.SequenceEqual("else"u8)
                        || name.SequenceEqual("try"u8)
                        || name.SequenceEqual("for"u8)
                        || name.SequenceEqual("while"u8)
                        || name.SequenceEqual("with"u8):
                    return Block.Condition;
            }
        }
        return _lines.Is(tokens[^1], ':') ? Block.Condition : null;
    }

    private void ReadStatements(IReadOnlyList<Token> tokens)
    {
        var isTop = _blocks.Count == 0;
        if (MayEndModule() && Ends(tokens, 0))
            _mayEnd = true;
        if (_mayEnd)
            return;
        if (isTop)
        {
            for (var start = 0; start < tokens.Count; start++)
            {
                if (_lines.Is(tokens[start], "import"u8))
                    ReadImport(tokens, start + 1);
                else if (_lines.Is(tokens[start], "from"u8))
                    ReadFrom(tokens, start + 1);
                while (start < tokens.Count && !_lines.Is(tokens[start], ';'))
                    start++;
            }
        }
        if (_blocks.TrueForAll(block => block.Kind is Block.Function or Block.Class))
            ReadLibraries(tokens);
    }

    // Whether a statement here ends the import of the module. In a handler it does so only if something else went wrong.
    private bool MayEndModule() => _blocks.TrueForAll(block => block.Kind is Block.Condition or Block.Class);

    private bool Ends(IReadOnlyList<Token> tokens, int start)
    {
        for (var at = start; at < tokens.Count; at++)
        {
            if (_lines.Is(tokens[at], "raise"u8))
                return true;
            var isExit =
                _lines.Is(tokens[at], "exit"u8)
                || _lines.Is(tokens[at], "_exit"u8)
                || _lines.Is(tokens[at], "quit"u8)
                || (tokens[at].Kind == TokenKind.Name && _lines.BytesOf(tokens[at]).StartsWith("execv"u8));
            if (isExit && at + 1 < tokens.Count && _lines.Is(tokens[at + 1], '('))
                return true;
        }
        return false;
    }

    // import a.b as c, d
    private void ReadImport(IReadOnlyList<Token> tokens, int at)
    {
        do
        {
            var line = tokens[Math.Min(at, tokens.Count - 1)].Line;
            if (TakeDotted(tokens, ref at) is not { Length: > 0 } name)
                return;
            _wants.Add(new Want(WantKind.Import, name, line));
            SkipAlias(tokens, ref at);
        } while (at < tokens.Count && _lines.Is(tokens[at++], ','));
    }

    // from ..a.b import (c as d, e)
    private void ReadFrom(IReadOnlyList<Token> tokens, int at)
    {
        var line = tokens[at - 1].Line;
        var dots = 0;
        for (; at < tokens.Count && _lines.Is(tokens[at], '.'); at++)
            dots++;
        var name = at < tokens.Count && _lines.Is(tokens[at], "import"u8) ? "" : TakeDotted(tokens, ref at);
        if (dots + name.Length == 0 || at >= tokens.Count || !_lines.Is(tokens[at++], "import"u8))
            return;
        if (at < tokens.Count && _lines.Is(tokens[at], '('))
            at++;
        var parts = new List<string>();
        while (at < tokens.Count && tokens[at].Kind == TokenKind.Name)
        {
            parts.Add(_lines.TextOf(tokens[at++]));
            SkipAlias(tokens, ref at);
            if (at < tokens.Count && _lines.Is(tokens[at], ','))
                at++;
        }
        _wants.Add(new Want(WantKind.From, new string('.', dots) + name, line) { Parts = parts });
    }

    private string TakeDotted(IReadOnlyList<Token> tokens, ref int at)
    {
        var name = "";
        while (at < tokens.Count && tokens[at].Kind == TokenKind.Name)
        {
            name += _lines.TextOf(tokens[at++]);
            if (at >= tokens.Count || !_lines.Is(tokens[at], '.'))
                return name;
            name += ".";
            at++;
        }
        return "";
    }

    private void SkipAlias(IReadOnlyList<Token> tokens, ref int at)
    {
        if (at < tokens.Count && _lines.Is(tokens[at], "as"u8))
            at += 2;
    }

    // A second word such as `or` makes the first one a guess of the program's.
    private void ReadLibraries(IReadOnlyList<Token> tokens)
    {
        var found = new List<Want>();
        for (var at = 0; at < tokens.Count; at++)
        {
            if (tokens[at].Kind != TokenKind.Name)
                continue;
            if (IsAnyOf(tokens[at], "if", "or", "and", "for", "lambda"))
                return;
            if (at + 3 >= tokens.Count || !_lines.Is(tokens[at + 1], '(') || tokens[at + 2].Kind != TokenKind.Text)
                continue;
            var (name, line) = (_lines.TextOf(tokens[at + 2]), tokens[at].Line);
            if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '.') || name.Length == 0)
                continue;
            if (_lines.Is(tokens[at], "find_library"u8) && IsOf(tokens, at, "util") && _lines.Is(tokens[at + 3], ')'))
                found.Add(new Want(WantKind.FindsLibrary, name, line));
            else if (
                (
                    (IsAnyOf(tokens[at], "CDLL", "PyDLL") && IsOf(tokens, at, "ctypes"))
                    || (_lines.Is(tokens[at], "LoadLibrary"u8) && (IsAfter(tokens, at, "cdll") || IsAfter(tokens, at, "pydll")))
                )
                && (_lines.Is(tokens[at + 3], ')') || _lines.Is(tokens[at + 3], ','))
                && name.StartsWith("lib", StringComparison.Ordinal)
                && Resources.ModuleNames.IsSharedObject(name)
            )
                found.Add(new Want(WantKind.LoadsLibrary, name, line));
        }
        _wants.AddRange(found);
    }

    // A function by its own name, or as one of the module that has it.
    private bool IsOf(IReadOnlyList<Token> tokens, int at, string module) =>
        at == 0 || !_lines.Is(tokens[at - 1], '.') || IsAfter(tokens, at, module);

    private bool IsAfter(IReadOnlyList<Token> tokens, int at, string module) =>
        at >= 2 && _lines.Is(tokens[at - 1], '.') && IsAnyOf(tokens[at - 2], module);

    // In every line, whatever stands around it: whoever changes the import system may do it from anywhere.
    private void ReadNames(IReadOnlyList<Token> tokens)
    {
        for (var at = 0; at < tokens.Count; at++)
        {
            var token = tokens[at];
            if (token.Kind != TokenKind.Name)
                continue;
            if (_lines.Is(token, "ctypes"u8))
                _namesCtypes = true;
            else if (IsAnyOf(token, "meta_path", "path_hooks"))
                _makesModules = _hooks = true;
            else if (_lines.Is(token, "__path__"u8))
                _makesModules = true;
            else if (_lines.Is(token, "addsitedir"u8))
                _changesPath = true;
            else if (_lines.Is(token, "modules"u8) && IsOfSys(tokens, at))
                ReadModules(tokens, at);
            else if (_lines.Is(token, "path"u8) && IsOfSys(tokens, at))
                _changesPath |= ChangesList(tokens, at + 1);
        }
    }

    private bool IsOfSys(IReadOnlyList<Token> tokens, int at) =>
        IsAfter(tokens, at, "sys") || (tokens.Count > 2 && _lines.Is(tokens[0], "from"u8) && _lines.Is(tokens[1], "sys"u8));

    private bool ChangesList(IReadOnlyList<Token> tokens, int at)
    {
        if (at >= tokens.Count)
            return _lines.Is(tokens[0], "from"u8);
        if (_lines.Is(tokens[at], '.'))
            return at + 1 < tokens.Count && IsAnyOf(tokens[at + 1], "insert", "append", "extend");
        return _lines.Is(tokens[at], '[') || _lines.Is(tokens[at], '+') || _lines.Is(tokens[at], '=') || _lines.Is(tokens[0], "from"u8);
    }

    private void ReadModules(IReadOnlyList<Token> tokens, int at)
    {
        var next = at + 1;
        if (next < tokens.Count && _lines.Is(tokens[next], '['))
        {
            var depth = 0;
            do depth +=
                _lines.Is(tokens[next], '[') ? 1
                : _lines.Is(tokens[next], ']') ? -1
                : 0;
            while (++next < tokens.Count && depth > 0);
            var isSet =
                next < tokens.Count && _lines.Is(tokens[next], '=') && (next + 1 >= tokens.Count || !_lines.Is(tokens[next + 1], '='));
            if (isSet && next == at + 4 && tokens[at + 2].Kind == TokenKind.Text)
                _wants.Add(new Want(WantKind.Gives, _lines.TextOf(tokens[at + 2]), tokens[at].Line));
            else
                _makesModules |= isSet;
        }
        else if (next + 1 < tokens.Count && _lines.Is(tokens[next], '.'))
            _makesModules |= !IsAnyOf(tokens[next + 1], "get", "items", "keys", "values", "copy", "pop");
        else
            _makesModules |= at < 3 || !_lines.Is(tokens[at - 3], "in"u8);
    }

    private bool IsAnyOf(Token token, params ReadOnlySpan<string> names)
    {
        if (token.Kind != TokenKind.Name)
            return false;
        var bytes = _lines.BytesOf(token);
        foreach (var name in names)
        {
            if (bytes.Length == name.Length && System.Text.Ascii.Equals(bytes, name))
                return true;
        }
        return false;
    }
}
