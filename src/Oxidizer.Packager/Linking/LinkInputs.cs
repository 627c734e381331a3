using System.Text;

namespace Oxidizer.Packager.Linking;

/// <summary>The files that a link read and that no other field of its key names: the system's start files, archives, shared libraries and
/// linker scripts.</summary>
/// <param name="Files">As the linker names them, each once, in its order.</param>
internal sealed record LinkInputs(IReadOnlyList<string> Files)
{
    /// <summary>
    /// Reads the file that <c>--dependency-file</c> writes. After its rule each input is a target of its own, alone in its line: only there
    /// a name with a blank can be told from two, because GNU ld and mold escape nothing.
    /// </summary>
    public static LinkInputs FromDependencyFile(string text, IReadOnlySet<string> others) =>
        Of(
            text.Split('\n').Skip(1).Where(line => line.EndsWith(':') && !line.StartsWith(' ')).Select(line => line[..^1]).Select(Unescape),
            others
        );

    /// <summary>Reads what <c>--trace</c> prints, for linkers that are older: <c>path</c>, <c>path(member)</c>, or <c>(path)member</c>;
    /// lines of mold begin with <c>trace: </c>.</summary>
    public static LinkInputs FromTrace(string text, IReadOnlySet<string> others) =>
        Of(
            text.Split('\n')
                .Select(line => line.StartsWith("trace: ", StringComparison.Ordinal) ? line[7..] : line)
                .Select(line =>
                    line.StartsWith('(') && line.Contains(')') ? line[1..line.IndexOf(')')]
                    : !File.Exists(line) && line.EndsWith(')') && line.Contains('(') ? line[..line.LastIndexOf('(')]
                    : line
                ),
            others
        );

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static LinkInputs Read(byte[] bytes) => new(Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A name a line.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Join('\n', Files));

    // What a plugin made for the link is gone by now.
    private static LinkInputs Of(IEnumerable<string> names, IReadOnlySet<string> others) =>
        new([.. names.Where(name => name.Length > 0 && !others.Contains(name) && File.Exists(name)).Distinct(StringComparer.Ordinal)]);

    // lld escapes as GNU make reads it.
    private static string Unescape(string name) =>
        File.Exists(name)
            ? name
            : name.Replace("\\ ", " ", StringComparison.Ordinal)
                .Replace("\\#", "#", StringComparison.Ordinal)
                .Replace("$$", "$", StringComparison.Ordinal);
}
