using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.Packager.Archives;

/// <summary>An archive cannot be used. The message says why, without the archive's name, which only the caller knows.</summary>
internal sealed class BadArchiveException(DiagnosticKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>In which way it is bad.</summary>
    public DiagnosticKind Kind { get; } = kind;

    /// <summary>An entry that could harm what lies outside of the folder, or another entry.</summary>
    public static BadArchiveException Unsafe(string path, string reason) =>
        new(DiagnosticKinds.ArchiveEntryUnsafe, $"entry `{Printable(path)}` {reason}");

    /// <summary>Truncated or flipped bytes.</summary>
    public static BadArchiveException Damaged(string reason, Exception? cause = null) => new(DiagnosticKinds.ArchiveDamaged, reason, cause);

    // A hostile name must not steer the terminal that shows the message.
    private static string Printable(string path)
    {
        var text = path.Length > 200 ? path[..200] + "..." : path;
        return string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }
}
