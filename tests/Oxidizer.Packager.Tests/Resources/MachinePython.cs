using System.Collections.Immutable;
using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Packager.Tests.Resources;

/// <summary>
/// The machine's own Python as a distribution: real sources, a real compiler of bytecode, and extension modules as <c>PYTHON.json</c> would
/// describe
/// them. What is linked is tested elsewhere, with distributions that hold objects.
/// </summary>
internal static class MachinePython
{
    private static readonly string[] s_smallLibrary =
    [
        "__future__.py",
        "abc.py",
        "codecs.py",
        "keyword.py",
        "stat.py",
        "this.py",
        "encodings/__init__.py",
        "encodings/aliases.py",
        "encodings/utf_8.py",
        "encodings/latin_1.py",
        "json/",
        "test/__init__.py",
        "test/support/__init__.py",
        "ensurepip/",
        "lib2to3/Grammar.txt",
        "lib2to3/__init__.py",
        "lib2to3/pgen2/",
        "unittest/__init__.py",
    ];

    private static readonly Lazy<Distribution> s_full = new(() => Make(_ => true));
    private static readonly Lazy<Distribution> s_small = new(() =>
        Make(path => s_smallLibrary.Any(name => path == name || (name.EndsWith('/') && path.StartsWith(name, StringComparison.Ordinal))))
    );

    /// <summary>The interpreter.</summary>
    public static string Interpreter { get; } =
        new[] { "/usr/bin/python3.11", "/usr/bin/python3.13", "/usr/bin/python3", "/usr/local/bin/python3" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            "these tests compile with the machine's Python, and there is none; `apt-get install python3`"
        );

    /// <summary>The whole standard library.</summary>
    public static Distribution Full => s_full.Value;

    /// <summary>A few modules of it, for tests that compile what they pack.</summary>
    public static Distribution Small => s_small.Value;

    /// <summary>An extension module as the distribution's description would have it.</summary>
    public static ExtensionVariant Extension(
        string name,
        string variant = "default",
        bool inCore = false,
        bool required = false,
        string? library = null,
        params string[] licenses
    ) =>
        new()
        {
            Name = name,
            Variant = variant,
            InCore = inCore,
            Required = required,
            InitFunction = "PyInit_" + name,
            Objects = [],
            Links = library is null
                ? []
                : [new LibraryLink(library, $"build/lib/lib{library}.a", null, IsFramework: false, IsSystem: false)],
            Licenses = licenses.Length == 0 ? null : [.. licenses],
        };

    /// <summary>Runs a program text with <c>-I</c> and gives what it printed.</summary>
    public static string Run(string code, params string[] arguments)
    {
        var result = ChildProcess.Run(new Command(Interpreter, ["-I", "-c", code, .. arguments]));
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private static Distribution Make(Func<string, bool> wanted)
    {
        var facts = Run(
                """
                import sys, sysconfig, importlib.util
                print('%d.%d.%d' % sys.version_info[:3]); print('%d.%d' % sys.version_info[:2]); print(sys.implementation.cache_tag)
                print(importlib.util.MAGIC_NUMBER.hex()); print(sysconfig.get_path('stdlib'))
                """
            )
            .Split('\n');
        var library = facts[4];
        var files = ImmutableSortedDictionary.CreateBuilder<string, ActionOutput>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(library, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(library, path);
            if (!relative.Contains("__pycache__") && new FileInfo(path).LinkTarget is null && wanted(relative))
                files[$"lib/{relative}"] = new ActionOutput($"lib/{relative}", Sha256Digest.OfFile(path), new FileInfo(path).Length);
        }
        return new Distribution
        {
            Root = Root(library),
            ArchiveDigest = Sha256Digest.Of(string.Join('\n', files.Keys)),
            Name = $"cpython-{facts[0]}-machine-full",
            Target = TargetTriple.Host,
            Version = facts[0],
            MajorMinor = facts[1],
            CacheTag = facts[2],
            BytecodeMagic = facts[3],
            Executable = Interpreter,
            StandardLibrary = "lib",
            IncludeDirectory = "include",
            TestPackages = ["test", "lib2to3.tests"],
            ExtensionSuffixes = [$".{facts[2]}-{TargetTriple.Host.Architecture}-linux-gnu.so", ".abi3.so", ".so"],
            CoreObjects = [],
            CoreLinks = [],
            InittabSource = "config.c",
            InittabCFlags = [],
            Extensions = Extensions(),
            Licenses = ["Python-2.0"],
            ObjectFileFormat = "elf",
            Files = files.ToImmutable(),
        };
    }

    // The tree that the distribution's paths are relative to has the standard library at `lib`.
    private static string Root(string library)
    {
        var root = Directory.CreateTempSubdirectory("oxidizer-python-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(root, "lib"), library);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<ExtensionVariant>> Extensions() =>
        new[]
        {
            Extension("posix", inCore: true),
            Extension("_signal", required: true),
            Extension("math"),
            Extension("_ssl", library: "ssl", licenses: "OpenSSL"),
            Extension("_gdbm", library: "gdbm", licenses: "GPL-3.0-only"),
            Extension("_unknown", library: "unknown"),
            Extension("_testcapi"),
            Extension("readline", "readline", library: "readline", licenses: "GPL-3.0-only"),
            Extension("readline", "libedit", library: "edit", licenses: "BSD-3-Clause"),
        }
            .GroupBy(variant => variant.Name)
            .ToImmutableSortedDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);
}
