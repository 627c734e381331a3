using System.Text;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Configuration;

/// <summary>Makes a path of a configuration absolute.</summary>
internal static class ExpandPath
{
    /// <summary>Expands <c>~</c> and <c>${NAME}</c>, and starts a relative path at <paramref name="directory"/>.</summary>
    /// <param name="written">The path as it stands in the file; not empty.</param>
    /// <param name="directory">The folder of the file, absolute.</param>
    /// <param name="problem">The kind of mistake, what is wrong, and the way out, when the answer is <c>null</c>.</param>
    public static string? Expand(string written, string directory, out (DiagnosticKind Kind, string Message) problem)
    {
        problem = default;
        var text = written;
        if (text[0] == '~')
        {
            if (text.Length > 1 && text[1] != '/')
                return Refuse(
                    DiagnosticKinds.InvalidValue,
                    $"`{written}` names another user's home; write the path in full, or start it with `./` if it is a file's name",
                    out problem
                );
            if (Environment.GetEnvironmentVariable("HOME") is not { Length: > 0 } home)
                return Refuse(
                    DiagnosticKinds.UndefinedVariable,
                    $"`{written}` starts at the home folder and `HOME` is not set; set it, or write the path in full",
                    out problem
                );
            text = home + text[1..];
        }
        if (text.Contains("${", StringComparison.Ordinal))
        {
            text = Variables(text, out problem);
            if (text is null)
                return null;
            if (text.Length == 0)
                return Refuse(
                    DiagnosticKinds.UndefinedVariable,
                    $"`{written}` is empty after its variables are filled in; set them to a path",
                    out problem
                );
        }
        return Path.GetFullPath(text, directory);
    }

    private static string? Variables(string text, out (DiagnosticKind Kind, string Message) problem)
    {
        problem = default;
        var expanded = new StringBuilder();
        var position = 0;
        while (text.IndexOf("${", position, StringComparison.Ordinal) is var start and >= 0)
        {
            var end = text.IndexOf('}', start);
            if (end < 0)
                return Refuse(DiagnosticKinds.InvalidValue, $"`{text}` has a `${{` without its `}}`; write `${{NAME}}`", out problem);
            var name = text[(start + 2)..end];
            if (name.Length == 0 || Environment.GetEnvironmentVariable(name) is not { } value)
                return Refuse(
                    DiagnosticKinds.UndefinedVariable,
                    $"the environment variable `{name}` in `{text}` is not set; set it before the build, or write the path without it",
                    out problem
                );
            expanded.Append(text, position, start - position).Append(value);
            position = end + 1;
        }
        return expanded.Append(text, position, text.Length - position).ToString();
    }

    private static string? Refuse(DiagnosticKind kind, string message, out (DiagnosticKind Kind, string Message) problem)
    {
        problem = (kind, message);
        return null;
    }
}
