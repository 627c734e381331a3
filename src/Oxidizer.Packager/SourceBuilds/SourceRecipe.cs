namespace Oxidizer.Packager.SourceBuilds;

/// <summary>How one extension module is built when CPython's own <c>Setup.stdlib</c> does not say it, or not for static
/// libraries.</summary>
/// <param name="Name">The module.</param>
/// <param name="Defines">Macros. <c>makesetup</c> takes a line with <c>=</c> for a variable, so none has a value.</param>
/// <param name="Libraries">What it links, in order.</param>
internal sealed record SourceModuleRecipe(string Name, IReadOnlyList<string> Defines, IReadOnlyList<string> Libraries)
{
    /// <summary>Its sources below <c>Modules/</c>, for versions whose <c>Setup.stdlib</c> does not list the module.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];
}

/// <summary>The recipe's data: which patches of Debian's are left out, and how modules are linked.</summary>
internal static class SourceRecipe
{
    /// <summary>
    /// Part of every key; raised when what is built from the same sources changes.
    /// 1: first. 2: a smaller table of frozen modules for products. 3: no search for paths in products.
    /// </summary>
    public const int Version = 3;

    /// <summary>The flags of all objects: position independent, so that they serve executables and shared libraries, but with calls inside
    /// the interpreter as direct as in an executable.</summary>
    public const string CFlags = "-fPIC -fno-semantic-interposition";

    /// <summary>
    /// Debian's patches that stay out, by the beginnings of their names: those that move CPython into Debian's file system, make it do
    /// without the modules that
    /// Debian packages by themselves, or turn off tests and documentation. All others, the security fixes above all, are applied.
    /// </summary>
    public static IReadOnlyList<string> ExcludedPatches { get; } =
    [
        "deb-",
        "distutils-install-layout",
        "distutils-link",
        "distutils-sysconfig",
        "sysconfig-debian-schemes",
        "sysconfigdata-name",
        "multiarch",
        "stable-abi-multiarch",
        "destshared-location",
        "link-opt",
        "setup-modules",
        "makefile-bootstrap",
        "profiled-build",
        "ensurepip-disabled",
        "min-",
        "tempfile-minimal",
        "argparse-no-shutil",
        "disable-",
        "langpack-gettext",
        "tkinter-import",
        "gdbm-import",
        "test-freeze-strip-libdir",
        "local-doc-references",
        "doc-build-texinfo",
        "sphinx",
        "no-sphinx",
        "Add-Debian-specific-documentation-path",
    ];

    /// <summary>Modules that are not built, by the beginnings of their names: of CPython's own tests, of other systems, or of libraries
    /// that a product cannot bring.</summary>
    public static IReadOnlyList<string> ExcludedModules { get; } =
    ["_test", "_xxtest", "_ctypes_test", "xx", "nis", "ossaudiodev", "_tkinter", "_scproxy"];

    private static readonly string[] s_completion =
    [
        "HAVE_RL_COMPLETION_MATCHES",
        "HAVE_RL_COMPLETION_DISPLAY_MATCHES_HOOK",
        "HAVE_RL_PRE_INPUT_HOOK",
        "HAVE_RL_COMPLETION_APPEND_CHARACTER",
        "HAVE_RL_RESIZE_TERMINAL",
    ];

    /// <summary>Modules that need more than a line of <c>Setup.stdlib</c>.</summary>
    public static IReadOnlyList<SourceModuleRecipe> Modules { get; } =
    [
        new("_bz2", [], ["bz2"]),
        new("_lzma", [], ["lzma"]),
        new("zlib", ["HAVE_ZLIB_COPY"], ["z"]),
        new("binascii", [], []),
        new("fcntl", [], []),
        new("_crypt", [], ["crypt"]),
        // The system's expat and not CPython's copy: Debian fixes only its own.
        new("pyexpat", [], ["expat"]),
        new("_elementtree", [], []),
        new("_ssl", [], ["ssl", "crypto", "pthread", "dl"]),
        new("_hashlib", [], ["crypto", "pthread", "dl"]),
        new("_uuid", ["HAVE_UUID_UUID_H", "HAVE_UUID_GENERATE_TIME_SAFE"], ["uuid"]),
        new("_sqlite3", ["PY_SQLITE_HAVE_SERIALIZE", "PY_SQLITE_ENABLE_LOAD_EXTENSION"], ["sqlite3", "z", "m", "dl", "pthread"]),
        new("_ctypes", ["HAVE_FFI_PREP_CIF_VAR", "HAVE_FFI_PREP_CLOSURE_LOC", "HAVE_FFI_CLOSURE_ALLOC"], ["ffi", "dl"])
        {
            Sources = ["_ctypes/_ctypes.c", "_ctypes/callbacks.c", "_ctypes/callproc.c", "_ctypes/stgdict.c", "_ctypes/cfield.c"],
        },
        new("_curses", ["HAVE_NCURSESW"], ["ncursesw", "tinfo"]) { Sources = ["_cursesmodule.c"] },
        new("_curses_panel", ["HAVE_NCURSESW"], ["panelw", "ncursesw", "tinfo"]) { Sources = ["_curses_panel.c"] },
        // Berkeley DB, because Debian's own python3 writes `dbm.ndbm` files with it.
        new("_dbm", ["USE_BERKDB", "HAVE_BERKDB_H", "DB_DBM_HSEARCH"], ["db", "pthread"]) { Sources = ["_dbmmodule.c"] },
        new("_gdbm", [], ["gdbm"]) { Sources = ["_gdbmmodule.c"] },
        // libedit as the default: readline's licence (GPL) would become the product's.
        new("readline", ["WITH_EDITLINE", .. s_completion], ["edit", "tinfo", "bsd", "md"]) { Sources = ["readline.c"] },
    ];

    /// <summary>The other variant of <c>readline</c>: the same source against GNU readline.</summary>
    public static SourceModuleRecipe GnuReadline { get; } =
        new(
            "readline",
            [.. s_completion, "HAVE_RL_COMPLETION_SUPPRESS_APPEND", "HAVE_RL_CATCH_SIGNAL", "HAVE_RL_APPEND_HISTORY"],
            ["readline", "tinfo"]
        )
        {
            Sources = ["readline.c"],
        };

    /// <summary>Whether one of Debian's patches is applied.</summary>
    public static bool Applies(string patch) => !ExcludedPatches.Any(prefix => patch.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether a module of <c>Setup.stdlib</c> is built.</summary>
    public static bool Builds(string module) => !ExcludedModules.Any(prefix => module.StartsWith(prefix, StringComparison.Ordinal));
}
