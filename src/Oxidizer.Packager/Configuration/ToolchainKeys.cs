namespace Oxidizer.Packager.Configuration;

internal static class ToolchainKeys
{
    public static readonly TableSchema<ToolchainTable> Table = new(
        "toolchain",
        [
            Key.Program<ToolchainTable>("cc", static (table, value) => table with { Cc = value })
                .Says("the C compiler; it drives the link too", "`cc`, `gcc` or `clang`, whichever is there"),
            Key.Program<ToolchainTable>("ar", static (table, value) => table with { Ar = value }).Says("the archiver", "`ar`"),
            Key.Choice<ToolchainTable>("linker", ["auto", "mold", "lld", "ld"], static (table, value) => table with { Linker = value })
                .Says("""the linker; `"auto"` takes the fastest that is there""", """`"auto"`"""),
            Key.Texts<ToolchainTable>("cflags", static (table, value) => table with { CFlags = value })
                .Says("more flags for the compiler", "`[]`"),
            Key.Texts<ToolchainTable>("ldflags", static (table, value) => table with { LdFlags = value })
                .Says("more flags for the link", "`[]`"),
            Key.Program<ToolchainTable>("launcher", static (table, value) => table with { Launcher = value })
                .Says("""put in front of the compiler: `"ccache"`"""),
            Key.Path<ToolchainTable>("sysroot", static (table, value) => table with { Sysroot = value }).Says("the target's root folder"),
            Key.Flag<ToolchainTable>("static", static (table, value) => table with { Static = value })
                .Says("no dynamic libc: needs a static one", "`false`"),
        ]
    );
}
