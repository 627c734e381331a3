using System.Text;
using Oxidizer.Cache;
using Oxidizer.Cache.Files;
using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Licenses;

/// <summary>Writes <c>COPYING.txt</c>: each part of a product with its licence, and then each text once, with the parts that it is
/// for.</summary>
internal static class CopyingText
{
    /// <summary>The file's name.</summary>
    public const string FileName = "COPYING.txt";

    // What MPL-2.0 asks of whoever gives away an executable (section 3.2).
    private const string OwnText = """
        The parts of Oxidizer in this program are under the Mozilla Public License, version 2.0 (https://mozilla.org/MPL/2.0/).
        Their source form is in the NuGet package of Oxidizer of the version that is named above.
        """;

    private const int Width = 100;

    /// <summary>The text, UTF-8.</summary>
    /// <param name="name">The product's.</param>
    /// <param name="parts">What is in it.</param>
    /// <exception cref="BuildFailedException">A text cannot be read any more.</exception>
    public static byte[] Of(string name, IReadOnlyList<Component> parts)
    {
        var text = new StringBuilder();
        text.Append(name).Append(" holds the work of others. It is given under these licences:\n\n");
        foreach (var part in parts.Where(part => !IsPythons(part, parts)))
            text.Append("  ").Append(Title(part)).Append(": ").Append(LicenseOf(part)).Append('\n');
        var untold = parts
            .Where(part => part.Texts.Count == 0 && part.Kind is ComponentKind.Package or ComponentKind.SharedLibrary)
            .ToList();
        if (untold.Count > 0)
        {
            text.Append("\nThese bring no text of their licences:\n\n");
            foreach (var part in untold)
                text.Append("  ").Append(Title(part)).Append('\n');
        }
        AppendHeading(text, [Title(parts.First(part => part.Kind == ComponentKind.Runtime))]);
        text.Append(OwnText.ReplaceLineEndings("\n")).Append('\n');
        // Debian's copyright of ncurses is that of three libraries.
        foreach (
            var same in parts
                .SelectMany(part => part.Texts.Select(file => (Part: part, File: file)))
                .GroupBy(entry => entry.File.Digest)
                .ToList()
        )
        {
            // What is CPython's own needs no list of its extension modules.
            var isPythons = same.Any(entry => entry.Part.Kind == ComponentKind.Interpreter);
            AppendHeading(
                text,
                [
                    .. same.Where(entry => !isPythons || entry.Part.Kind != ComponentKind.Extension)
                        .Select(entry => $"{Title(entry.Part)} ({entry.File.Name})")
                        .Distinct(),
                ]
            );
            text.Append(Read(same.First().File).TrimEnd()).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendHeading(StringBuilder text, IReadOnlyList<string> titles)
    {
        text.Append('\n').Append('=', Width).Append('\n');
        foreach (var title in titles)
            text.Append(title).Append('\n');
        text.Append('=', Width).Append("\n\n");
    }

    // An extension module that is under nothing but what CPython is under.
    private static bool IsPythons(Component part, IReadOnlyList<Component> parts) =>
        part.Kind == ComponentKind.Extension
        && part.License.Expression is { } expression
        && parts.First(other => other.Kind == ComponentKind.Interpreter).License.Expression is { } python
        && expression.Licenses.All(python.Licenses.Contains);

    private static string Title(Component part) => part.Version.Length > 0 ? $"{part.Name} {part.Version}" : part.Name;

    private static string LicenseOf(Component part) => part.License.ToString() is { Length: > 0 } license ? license : "not told";

    private static string Read(LicenseText file)
    {
        try
        {
            var bytes = RegularFile.ReadAllBytes(file.Path);
            if (Sha256Digest.Of(bytes) == file.Digest)
                return Encoding.UTF8.GetString(bytes).TrimStart('\ufeff').ReplaceLineEndings("\n");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Changed(file, $"cannot be read: {exception.Message}; build again", exception);
        }
        throw Changed(file, "was changed while the build ran; build again", null);
    }

    private static BuildFailedException Changed(LicenseText file, string message, Exception? cause) =>
        new(DiagnosticKinds.LicenseTextNotRead, message, new SourceLocation(file.Path), cause);
}
