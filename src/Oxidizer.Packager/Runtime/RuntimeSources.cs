using System.Text;
using System.Text.RegularExpressions;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Runtime;

/// <summary>One of the runtime's C files, as it travels inside this assembly.</summary>
/// <param name="Path">Such as <c>pyembed/boot/boot.c</c>.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Digest">Their digest.</param>
internal sealed record RuntimeSource(string Path, byte[] Content, Sha256Digest Digest)
{
    private const string Decoders = "pyembed/reader/decoder_";

    /// <summary>Whether it is of the room that answers for paths of packed files.</summary>
    public bool IsOfFiles => Path.StartsWith("pyembed/files/", StringComparison.Ordinal);

    /// <summary>Whether it is a translation unit, and not a header.</summary>
    public bool IsUnit => Path.EndsWith(".c", StringComparison.Ordinal);

    /// <summary>Whether a product of this kind has it. A static library's place of the resources is an object with the resources themselves
    /// (WriteArchive).</summary>
    /// <param name="output">What is linked.</param>
    /// <param name="codec">What the product unpacks: <c>[packing] compress</c>.</param>
    /// <param name="virtualFiles">Whether paths of packed files can be opened.</param>
    public bool IsPartOf(ProductOutput output, string codec = "none", bool virtualFiles = true) =>
        Path switch
        {
            "pyembed/files/none.c" or "pyembed/io/none.c" => !virtualFiles,
            "pyapp/main.c" or "pyapp/relocate.c" => output == ProductOutput.Executable,
            "pyembed/host/host.c" => output != ProductOutput.Executable,
            "pyembed/reader/location.c" => output != ProductOutput.StaticLibrary,
            "pyembed/host/streams_shared.c" => output == ProductOutput.SharedLibrary,
            _ when IsOfFiles || Path.StartsWith("pyembed/io/", StringComparison.Ordinal) => virtualFiles,
            _ => !Path.StartsWith(Decoders, StringComparison.Ordinal) || Path == $"{Decoders}{codec}.c",
        };
}

/// <summary>The sources of <c>pyembed</c> and <c>pyapp</c>, embedded in the packager, so that nothing but this assembly is needed to build
/// a product.</summary>
internal static partial class RuntimeSources
{
    /// <summary>Where the modules that are written in Python lie: a module's path is its path below it.</summary>
    public const string PythonFolder = "pyembed/python/";

    /// <summary>All C files and headers, by path.</summary>
    public static IReadOnlyList<RuntimeSource> All { get; } =
    [
        .. Read(name => name.StartsWith("pyembed/", StringComparison.Ordinal) || name.StartsWith("pyapp/", StringComparison.Ordinal))
            .Where(source => !IsPython(source)),
    ];

    /// <summary>The runtime's modules that are written in Python, by path; products pack them like any other module.</summary>
    public static IReadOnlyList<RuntimeSource> PythonModules { get; } =
    [.. Read(name => name.StartsWith(PythonFolder, StringComparison.Ordinal)).Where(IsPython)];

    /// <summary>The functions of the C library that the runtime defines, so that paths of packed files can be opened
    /// (<c>files/real.h</c>), in order.</summary>
    public static IReadOnlyList<string> FileFunctionsOf(IEnumerable<RuntimeSource> sources) =>
        [
            .. sources
                .Where(source => source.IsOfFiles && source.IsUnit)
                .SelectMany(source => FileFunction().Matches(Encoding.UTF8.GetString(source.Content)))
                .Select(match => match.Groups[1].Value)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Writes C files and headers below a folder.</summary>
    public static void WriteTo(IReadOnlyList<RuntimeSource> sources, string folder)
    {
        foreach (var source in sources)
        {
            var path = Path.Combine(folder, source.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, source.Content);
        }
    }

    [GeneratedRegex(@"^(?:DECLARE|ALIAS)\((\w+)", RegexOptions.Multiline)]
    private static partial Regex FileFunction();

    private static bool IsPython(RuntimeSource source) => source.Path.EndsWith(".py", StringComparison.Ordinal);

    private static IEnumerable<RuntimeSource> Read(Func<string, bool> wanted)
    {
        var assembly = typeof(RuntimeSources).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(wanted).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            yield return new RuntimeSource(name, content, Sha256Digest.Of(content));
        }
    }
}
