namespace Oxidizer.Packager.Selection;

/// <summary>The libraries that belong to a C library. They are one with the loader of the target, and never packed.</summary>
internal static class LibcLibraries
{
    private static readonly HashSet<string> s_glibc = new(StringComparer.Ordinal)
    {
        "libc.so.6",
        "libm.so.6",
        "libmvec.so.1",
        "libpthread.so.0",
        "libdl.so.2",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
        "libanl.so.1",
        "libnsl.so.1",
        "libthread_db.so.1",
        "libBrokenLocale.so.1",
        "libnss_files.so.2",
        "libnss_dns.so.2",
        "libnss_compat.so.2",
        "libnss_hesiod.so.2",
    };

    /// <summary>Whether one of them is what <c>-l</c> would find by a name such as <c>libm.so</c>.</summary>
    public static bool HoldsStem(string name) => s_glibc.Any(soname => soname.StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>Whether a name in <c>DT_NEEDED</c> is one of them, of glibc or of musl.</summary>
    public static bool Holds(string soname) =>
        s_glibc.Contains(soname)
        || soname.StartsWith("ld-linux", StringComparison.Ordinal)
        || soname.StartsWith("ld-musl-", StringComparison.Ordinal)
        || soname.StartsWith("libc.musl-", StringComparison.Ordinal)
        || soname == "libc.so";
}
