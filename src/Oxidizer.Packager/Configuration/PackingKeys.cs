namespace Oxidizer.Packager.Configuration;

internal static class PackingKeys
{
    public static readonly TableSchema<PackingTable> Table = new("packing",
    [
        Key.ChoiceOrPath<PackingTable>("order", ["import", "name"], static (table, value) => table with { Order = value }),
        Key.Choice<PackingTable>("compress", ["none", "zstd", "zlib"], static (table, value) => table with { Compress = value }),
        Key.Integer<PackingTable>("compress_level", 0, 22, static (table, value) => table with { CompressLevel = value }),
        Key.Choice<PackingTable>("bytecode", ["marshal"], static (table, value) => table with { Bytecode = value }),
    ]);
}
