namespace Oxidizer.Packager.Configuration;

internal static class ToolchainKeys
{
    public static readonly TableSchema<ToolchainTable> Table = new("toolchain",
    [
        Key.Program<ToolchainTable>("cc", static (table, value) => table with { Cc = value }),
        Key.Program<ToolchainTable>("ar", static (table, value) => table with { Ar = value }),
        Key.Choice<ToolchainTable>("linker", ["auto", "mold", "lld", "ld"], static (table, value) => table with { Linker = value }),
        Key.Texts<ToolchainTable>("cflags", static (table, value) => table with { CFlags = value }),
        Key.Texts<ToolchainTable>("ldflags", static (table, value) => table with { LdFlags = value }),
        Key.Program<ToolchainTable>("launcher", static (table, value) => table with { Launcher = value }),
        Key.Path<ToolchainTable>("sysroot", static (table, value) => table with { Sysroot = value }),
        Key.Flag<ToolchainTable>("static", static (table, value) => table with { Static = value }),
    ]);
}
