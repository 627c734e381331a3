namespace Oxidizer.Packager.Configuration;

internal static class PackingKeys
{
    public static readonly TableSchema<PackingTable> Table = new(
        "packing",
        [
            Key.ChoiceOrPath<PackingTable>("order", ["import", "name"], static (table, value) => table with { Order = value })
                .Says("how the data are laid out; a path names a recorded order", """`"import"`"""),
            Key.Choice<PackingTable>("compress", ["none", "zstd", "zlib"], static (table, value) => table with { Compress = value })
                .Says("of sources and resources; see below", """`"none"`"""),
            Key.Integer<PackingTable>("compress_level", 0, 22, static (table, value) => table with { CompressLevel = value })
                .Says(
                    "how hard it tries; a product is read at the same speed",
                    "9 for zstd, 6 for zlib",
                    "1 to 22 for zstd, 0 to 9 for zlib"
                ),
            Key.Choice<PackingTable>("bytecode", ["marshal"], static (table, value) => table with { Bytecode = value })
                .Says("the form of code", """`"marshal"`"""),
            Key.Texts<PackingTable>("optional_imports", static (table, value) => table with { OptionalImports = value })
                .Says(
                    "what the program does without: no warning when nothing brings it; see below",
                    "`[]`",
                    "list of patterns over module names"
                ),
        ]
    );
}
