using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Elf;

namespace Oxidizer.Packager.Linking;

/// <summary>The newest glibc that a product may ask for.</summary>
/// <param name="Newest">What <c>minimum_glibc</c> says.</param>
/// <param name="Place">Where it says so.</param>
internal sealed record GlibcLimit(Version Newest, SourceLocation Place)
{
    /// <summary>The limit of a configuration; <c>null</c>: it has none.</summary>
    public static GlibcLimit? Of(BuildTable build, KeyPositions positions) =>
        Version.TryParse(build.MinimumGlibc, out var newest) ? new GlibcLimit(newest, positions.Of("build.minimum_glibc")) : null;
}

/// <summary>What a linked runtime needs of the machine that it runs on. The cache has it beside the runtime, so that a build that links
/// nothing can report it too.</summary>
/// <param name="Libraries">The shared libraries that it names (<c>DT_NEEDED</c>), in order.</param>
/// <param name="Glibc">The newest version of glibc that one of its symbols asks for; <c>null</c>: none.</param>
internal sealed record RuntimeNeeds(IReadOnlyList<string> Libraries, Version? Glibc)
{
    private const string VersionPrefix = "GLIBC_",
        RelocationsVersion = "GLIBC_ABI_DT_RELR";
    private static readonly string[] s_libc = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"];

    /// <summary>Reads the dynamic section; a static executable names nothing in it.</summary>
    /// <exception cref="InvalidDataException">The section points outside of the file.</exception>
    public static RuntimeNeeds Of(ElfImage image)
    {
        if (ElfDynamic.NamesOf(image) is not { } names)
            return new RuntimeNeeds([], null);
        // Versions of symbols are among the names, each as a whole.
        var texts = Encoding.UTF8.GetString(image.Range(names.Offset, names.Size)).Split('\0');
        return new RuntimeNeeds(ElfDynamic.Of(image).Needed, texts.Select(VersionOf).Max());
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static RuntimeNeeds Read(byte[] bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return new RuntimeNeeds(lines[1..], Version.TryParse(lines[0], out var glibc) ? glibc : null);
    }

    /// <summary>The version, then a library a line.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Join('\n', Libraries.Prepend(Glibc?.ToString() ?? "none")));

    /// <summary>Compares with what the configuration allows, and names libraries that a target may not have.</summary>
    public void Check(GlibcLimit? limit, DiagnosticBag diagnostics)
    {
        if (limit is not null && Glibc > limit.Newest)
            diagnostics.Add(
                DiagnosticKinds.GlibcTooNew,
                $"the product needs glibc {Glibc}, and `minimum_glibc` allows {limit.Newest}; "
                    + "build on a system with an older glibc or with a `sysroot` of one, link statically (`static = true` in [toolchain]), or raise `minimum_glibc`",
                limit.Place
            );
        foreach (var library in Libraries.Where(name => !s_libc.Contains(name) && !name.StartsWith("ld-", StringComparison.Ordinal)))
            diagnostics.Add(
                DiagnosticKinds.UnexpectedSharedLibrary,
                $"the product needs `{library}`, which is not part of libc; leave out the extension that needs it ([python_extensions] excludes), or make sure that the target has it"
            );
    }

    private static Version? VersionOf(string name) =>
        name == RelocationsVersion ? new Version(2, 36)
        : name.StartsWith(VersionPrefix, StringComparison.Ordinal) && Version.TryParse(name.AsSpan(VersionPrefix.Length), out var version)
            ? version
        : null;
}
