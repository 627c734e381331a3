namespace Oxidizer.Packager.Resources;

/// <summary>Which names of files and folders are those of modules.</summary>
internal static class ModuleNames
{
    /// <summary>Whether a folder or a file's stem can be written in an <c>import</c>.</summary>
    public static bool IsImportable(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !(char.IsLetter(name[0]) || name[0] == '_'))
            return false;
        foreach (var c in name)
        {
            if (
                !(
                    char.IsLetterOrDigit(c)
                    || c == '_'
                    || char.GetUnicodeCategory(c)
                        is System.Globalization.UnicodeCategory.NonSpacingMark
                            or System.Globalization.UnicodeCategory.SpacingCombiningMark
                )
            )
                return false;
        }
        return true;
    }

    /// <summary>The module that a source file holds, or <c>null</c> when it is no module.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="isInPackage">Whether its folder is a package: then programs may import it by <c>importlib.import_module</c>, as Django
    /// does <c>0001_initial</c>.</param>
    public static string? OfSource(string file, bool isInPackage)
    {
        if (!file.EndsWith(".py", StringComparison.Ordinal))
            return null;
        var stem = file[..^3];
        // The platform's build variables have the triple in their name; sysconfig imports them by __import__.
        return
            IsImportable(stem)
            || ((isInPackage || stem.StartsWith("_sysconfigdata_", StringComparison.Ordinal)) && IsImportableByName(stem))
            ? stem
            : null;
    }

    // Letters, digits, `_` and `-` in any order.
    private static bool IsImportableByName(string name) => IsImportable("_" + name.Replace('-', '_'));

    /// <summary>The module that a shared object would hold by its suffix, or <c>null</c>.</summary>
    public static string? OfExtension(string file, IEnumerable<string> suffixes)
    {
        foreach (var suffix in suffixes)
        {
            if (!file.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            var stem = file.AsSpan(0, file.Length - suffix.Length);
            // A tag of the interpreter is in no library's name. mypyc calls its modules `0123abc__mypyc`, and imports them by name.
            if (IsImportable(stem) || (suffix != ".so" && !stem.IsEmpty && IsImportable("_" + stem.ToString())))
                return stem.ToString();
        }
        return null;
    }

    /// <summary>The module that another interpreter would find in a shared object, by a tag such as <c>cpython-310</c> or
    /// <c>pypy39-pp73</c> in its name; otherwise <c>null</c>.</summary>
    public static string? OfForeignExtension(string file, IEnumerable<string> suffixes)
    {
        if (!file.EndsWith(".so", StringComparison.Ordinal) || OfExtension(file, suffixes) is not null)
            return null;
        var dot = file.IndexOf('.');
        var tag = file.AsSpan(dot + 1);
        var isTag = tag.StartsWith("cpython-") || tag.StartsWith("pypy") || tag.StartsWith("graalpy") || tag.StartsWith("pyston-");
        return isTag && dot > 0 && IsImportable("_" + file[..dot]) ? file[..dot] : null;
    }

    /// <summary>Whether a file's name is that of a shared object: <c>x.so</c>, <c>libx.so.1.2</c>.</summary>
    public static bool IsSharedObject(string file) =>
        file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal) && char.IsAsciiDigit(file[^1]);

    /// <summary>The package that holds a module; empty for a top-level one.</summary>
    public static string ParentOf(string name) => name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : "";

    /// <summary>Joins a package and a name in it.</summary>
    public static string Join(string package, string name) => package.Length == 0 ? name : package + "." + name;

    /// <summary>Whether a name is one of the given or below one.</summary>
    public static bool IsBelowAny(string name, IReadOnlySet<string> packages)
    {
        for (var current = name; current.Length > 0; current = ParentOf(current))
        {
            if (packages.Contains(current))
                return true;
        }
        return false;
    }
}
