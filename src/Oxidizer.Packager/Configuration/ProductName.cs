using System.Text;

namespace Oxidizer.Packager.Configuration;

/// <summary>
/// What a product may be called. Its name is a file name, and appears in files for pkg-config and CMake, on command lines (<c>-lname</c>)
/// and in scripts. Characters with a meaning there (blanks, <c>*</c>, quotes, <c>$</c>, a leading <c>-</c>) are refused here, instead of
/// being escaped in each of them.
/// </summary>
internal static class ProductName
{
    // Of the 255 bytes that a file's name can have, the longest ending (`-config.cmake`) takes 13.
    private const int LongestInBytes = 200;

    /// <summary>Why a text is no product's name, with the way out; <c>null</c> if it is one.</summary>
    public static string? ProblemOf(string text)
    {
        if (text.Contains('/') || text is "." or "..")
            return $"`{Shown(text)}` is not a file name; write a name without `/` (folders go into `build_path`)";
        if (text.Length == 0 || !(char.IsLetterOrDigit(text[0]) || text[0] == '_'))
            return $"`{Shown(text)}` cannot be a product's name; it begins with a letter, a digit or `_`";
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-' or '.' or '+'))
                return $"`{Shown(text)}` cannot be a product's name, because of `{Shown(c.ToString())}`; write letters, digits, `_`, `-`, `.` and `+` (`application_name` of [build], or the caller's setting)";
        }
        return Encoding.UTF8.GetByteCount(text) > LongestInBytes
            ? $"`{Shown(text)}` is too long for a product's name; it has at most {LongestInBytes} bytes"
            : null;
    }

    // A name must not break the line of a message, or send escape sequences to the terminal.
    private static string Shown(string text) =>
        string.Concat(
            (text.Length > 60 ? text[..60] + "..." : text).Select(c =>
                char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()
            )
        );
}
