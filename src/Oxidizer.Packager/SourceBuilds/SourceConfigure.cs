using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>Configures CPython so that every extension module is linked into the interpreter, from static libraries.</summary>
internal static class SourceConfigure
{
    /// <summary>About how many features <c>configure</c> asks for: measured for 3.11 and 3.13, and only for the share that is
    /// shown.</summary>
    private const int Checks = 830;

    /// <summary>What every CPython is configured with.</summary>
    public static IReadOnlyList<string> Options { get; } =
    [
        "--prefix=/install",
        "--with-ensurepip=no",
        "--with-system-expat",
        "--without-readline",
        "--with-dbmliborder=bdb",
        "--enable-loadable-sqlite-extensions",
        "--with-computed-gotos",
        // As Debian: OpenSSL decides which suites are safe, and not a list in CPython.
        "--with-ssl-default-suites=openssl",
        "--disable-test-modules",
    ];

    /// <summary>Runs <c>configure</c> and writes <c>Setup.local</c>.</summary>
    /// <returns>The modules that <c>Setup.local</c> names.</returns>
    public static IReadOnlyList<SourceModule> Run(
        SourceTree tree,
        SourceSysroot sysroot,
        SourceCompiler compiler,
        SourceRequest request,
        SourceCommand command,
        SourceProgress progress
    )
    {
        progress.Begin("configure", Checks);
        command.Run(
            "configure CPython",
            tree.Root,
            BuildProgram.Shell,
            ["./configure", .. Options, .. Variables(sysroot, compiler, request)],
            line =>
            {
                if (line.StartsWith("checking ", StringComparison.Ordinal))
                    progress.Step(line[9..].Split("...")[0]);
            }
        );
        var folder = Path.Combine(tree.Root, "Modules");
        var modules = SourceSetup.Choose(
            File.ReadAllText(Path.Combine(folder, "Setup.stdlib.in")),
            File.ReadAllText(Path.Combine(folder, "Setup.stdlib")),
            source => File.Exists(Path.Combine(folder, source))
        );
        File.WriteAllText(Path.Combine(folder, "Setup.local"), SourceSetup.Write(modules));
        return modules;
    }

    private static IEnumerable<string> Variables(SourceSysroot sysroot, SourceCompiler compiler, SourceRequest request) =>
        [
            $"CC={Path.GetFileName(compiler.Path)}",
            // No debugging information: products are stripped, and it makes up most of the objects' size.
            $"OPT=-DNDEBUG -fwrapv {SourceProfile.Level(request.Optimization)} -Wall",
            $"CFLAGS={SourceRecipe.CFlags}",
            $"CPPFLAGS={string.Join(' ', sysroot.Includes.Select(folder => $"-I{folder}"))}",
            $"LDFLAGS=-L{sysroot.Libraries}",
            "MODULE_BUILDTYPE=static",
            // What pkg-config knows are the machine's own libraries.
            "PKG_CONFIG=/bin/false",
        ];
}
