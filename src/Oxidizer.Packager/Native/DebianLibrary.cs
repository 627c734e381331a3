namespace Oxidizer.Packager.Native;

/// <summary>A library that extension modules link statically.</summary>
/// <param name="Name">As after <c>-l</c>.</param>
/// <param name="Package">The Debian package that holds the archive and the headers.</param>
/// <param name="Licenses">SPDX identifiers of the library's own code.</param>
/// <param name="IsPublicDomain">Whether it may be used without any licence.</param>
internal sealed record DebianLibrary(string Name, string Package, IReadOnlyList<string> Licenses, bool IsPublicDomain = false)
{
    /// <summary>The archive's file in the package; by default after its name.</summary>
    public string File { get; init; } = $"lib{Name}.a";

    /// <summary>Libraries of libc itself: they are expected on the target, not brought.</summary>
    public static IReadOnlySet<string> System { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "c", "m", "dl", "pthread", "util", "rt" };

    /// <summary>What products with <c>compress = "zstd"</c> link. No extension module of CPython does before 3.14.</summary>
    public static DebianLibrary Zstandard { get; } = new("zstd", "libzstd-dev", ["BSD-3-Clause OR GPL-2.0-only"]);

    /// <summary>All that the recipe links.</summary>
    public static IReadOnlyDictionary<string, DebianLibrary> All { get; } =
        new DebianLibrary[]
        {
            new("z", "zlib1g-dev", ["Zlib"]),
            new("bz2", "libbz2-dev", ["bzip2-1.0.6"]),
            // 5.4: the liblzma part of the XZ utilities; 0BSD only from 5.6.
            new("lzma", "liblzma-dev", ["LicenseRef-xz-public-domain"], IsPublicDomain: true),
            new("crypt", "libcrypt-dev", ["LGPL-2.1-or-later"]),
            new("expat", "libexpat1-dev", ["MIT"]),
            new("ssl", "libssl-dev", ["Apache-2.0"]),
            new("crypto", "libssl-dev", ["Apache-2.0"]),
            new("uuid", "uuid-dev", ["BSD-3-Clause"]),
            new("sqlite3", "libsqlite3-dev", ["blessing"], IsPublicDomain: true),
            // The variant for shared libraries serves executables too, and a product may be a shared library.
            new("ffi", "libffi-dev", ["MIT"]) { File = "libffi_pic.a" },
            new("ncursesw", "libncurses-dev", ["X11-distribute-modifications-variant"]),
            new("panelw", "libncurses-dev", ["X11-distribute-modifications-variant"]),
            new("tinfo", "libncurses-dev", ["X11-distribute-modifications-variant"]),
            new("edit", "libedit-dev", ["BSD-3-Clause"]),
            new("bsd", "libbsd-dev", ["BSD-3-Clause", "BSD-2-Clause", "ISC"]),
            new("md", "libmd-dev", ["BSD-3-Clause", "BSD-2-Clause"]),
            new("readline", "libreadline-dev", ["GPL-3.0-or-later"]),
            new("gdbm", "libgdbm-dev", ["GPL-3.0-or-later"]),
            // Berkeley DB 5.3 is under its own older licence; only from 6.0 on it is AGPL.
            new("db", "libdb5.3-dev", ["Sleepycat"]) { File = "libdb-5.3.a" },
        }.ToDictionary(library => library.Name, StringComparer.Ordinal);

    /// <summary>The packages that hold them, sorted.</summary>
    public static IReadOnlyList<string> Packages { get; } =
    [.. All.Values.Select(library => library.Package).Distinct().Order(StringComparer.Ordinal)];
}
