namespace Oxidizer.Packager.Configuration;

/// <summary>
/// The forms of texts that keys take. Each method says what is wrong with a text, and the way out; <c>null</c> if nothing is. There are no
/// regular expressions here, because the first one of a process costs more than everything else in the reader.
/// </summary>
internal static class TextForms
{
    public static string? Sha256(string text) =>
        text.Length == 64 && Array.TrueForAll(text.ToCharArray(), char.IsAsciiHexDigit)
            ? null
            : $"`{text}` is not a SHA-256 digest; it has 64 hexadecimal digits, as `sha256sum <archive>` prints them";

    public static string? Url(string text) =>
        text.StartsWith("file://", StringComparison.OrdinalIgnoreCase) || HttpUrl(text) is null
            ? null
            : $"`{text}` is not an address; it starts with `https://`, `http://` or `file://` (a path of this machine goes into `local_path`)";

    public static string? HttpUrl(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"`{text}` is not an address; it starts with `https://` or `http://`";

    /// <summary>The address of an index: that of a server, or of a folder.</summary>
    public static string? IndexUrl(string text) =>
        text.AsSpan().ContainsAny(' ', '\n', '\t') ? "an address has no space in it; write `%20`"
        : text.StartsWith("file://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("${", StringComparison.Ordinal) ? null
        : HttpUrl(text);

    /// <summary><c>3.13</c> or <c>3.13.1</c>.</summary>
    public static string? PythonVersion(string text) =>
        IsVersion(text, 2, 3) && text.StartsWith("3.", StringComparison.Ordinal)
            ? null
            : $"`{text}` is not a Python version; write one such as `3.13` or `3.13.1`";

    public static string? GlibcVersion(string text) =>
        IsVersion(text, 2, 2) ? null : $"`{text}` is not a glibc version; write one such as `2.17`";

    public static string? Module(string text) =>
        IsDotted(text) ? null : $"`{text}` is not a module name; write one such as `package.module`";

    /// <summary>A top-level package or module of a folder.</summary>
    public static string? PackageName(string text) =>
        text == "*" || IsDotted(text)
            ? null
            : $"`{text}` is not a package name; write one such as `package`, without folders and without `.py`";

    /// <summary>The name of a distribution, and what may stand after one. What it says is read when the rule is applied.</summary>
    public static string? Requirement(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0])
            ? null
            : $"`{text}` is not the name of a distribution; write one such as `requests`, or `requests[socks] >=2.8`";

    /// <summary>A folder below the product's virtual root.</summary>
    public static string? Below(string text) =>
        text.StartsWith('/')
        || Array.IndexOf(text.Split('/'), "..") >= 0
        || text.Contains('\\')
        || text.AsSpan().ContainsAnyInRange('\0', '\x1f')
            ? $"`{text.ReplaceLineEndings("\\n")}` is not below the product's virtual root; write a relative folder without `..`, such as `app/templates`"
            : null;

    /// <summary><c>package.module</c> or <c>package.module:function</c>.</summary>
    public static string? RunModule(string text) =>
        IsDotted(text) || IsEntryPoint(text)
            ? null
            : $"`{text}` is not a module; write `package.module`, or `package.module:function` for a function of it";

    /// <summary><c>package.module:function</c>, or the name of a console script.</summary>
    public static string? EntryPoint(string text) =>
        text.Contains(':')
            ? IsEntryPoint(text)
                ? null
                : $"`{text}` is not an entry point; write `package.module:function`"
            : text.AsSpan().ContainsAny('/', ' ')
                ? $"`{text}` is not an entry point; write `package.module:function`, or the name of a console script"
                : null;

    public static string? StdioEncoding(string text)
    {
        var parts = text.Split(':');
        return parts.Length <= 2 && Array.TrueForAll(parts, part => part.Length > 0 && IsName(part, dash: true))
            ? null
            : $"`{text}` is not an encoding; write `utf-8`, or with an error handler `utf-8:strict`";
    }

    public static string? InstallLocation(string text)
    {
        const string Prefix = ResourceRule.AppRelative;
        if (text == "embedded")
            return null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return $"`{text}` is not a location; it is `embedded` or `app-relative:<folder>`";
        var folder = text[Prefix.Length..];
        if (Inside(folder) is { } problem)
            return problem;
        if (folder.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return $"`{text.ReplaceLineEndings("\\n")}` has a control character; write a folder such as `app-relative:lib`";
        // The product's own folder is refused, because builds remove old files from install locations.
        return Array.Exists(folder.TrimEnd('/').Split('/'), part => part is "" or ".")
            ? $"`{text}` names no folder of its own; write one such as `app-relative:lib`"
            : null;
    }

    /// <summary>A folder beside the product, that does not lead away from it.</summary>
    public static string? Inside(string text) =>
        text.StartsWith('/') || Array.IndexOf(text.Split('/'), "..") >= 0
            ? $"`{text}` leads out of the product's folder; write a relative folder without `..`"
            : null;

    public static string? EnvironmentName(string text) =>
        IsName(text, dash: false) ? null : $"`{text}` is not the name of an environment variable; it has letters, digits and `_`";

    /// <summary>Bytes from <c>10 GB</c> (powers of 1000), <c>10 GiB</c> (of 1024), or a plain number.</summary>
    public static bool TryByteCount(string text, out long bytes)
    {
        bytes = 0;
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        if (
            !decimal.TryParse(
                text.AsSpan(0, end),
                System.Globalization.NumberStyles.AllowDecimalPoint,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number
            )
        )
            return false;
        decimal unit = text[end..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "TB" => 1_000_000_000_000,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => 0,
        };
        if (unit == 0 || number > long.MaxValue / unit)
            return false;
        bytes = (long)(number * unit);
        return bytes > 0;
    }

    private static bool IsVersion(string text, int least, int most)
    {
        var parts = text.Split('.');
        return parts.Length >= least
            && parts.Length <= most
            && Array.TrueForAll(parts, part => part.Length is > 0 and <= 3 && IsDigits(part));
    }

    private static bool IsDigits(string text) => !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsEntryPoint(string text) =>
        text.IndexOf(':') is var colon and > 0 && IsDotted(text[..colon]) && IsDotted(text[(colon + 1)..]);

    private static bool IsDotted(string text)
    {
        foreach (var part in text.Split('.'))
            if (part.Length == 0 || char.IsAsciiDigit(part[0]) || !IsName(part, dash: false))
                return false;
        return true;
    }

    private static bool IsName(string text, bool dash)
    {
        foreach (var c in text)
            if (!char.IsLetterOrDigit(c) && c != '_' && !(dash && c is '-' or '.'))
                return false;
        return true;
    }
}
