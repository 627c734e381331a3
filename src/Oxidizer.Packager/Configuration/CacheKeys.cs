namespace Oxidizer.Packager.Configuration;

internal static class CacheKeys
{
    public static readonly TableSchema<CacheTable> Table = new("cache",
    [
        Key.Path<CacheTable>("directory", static (table, value) => table with { Directory = value }),
        new("max_size", [], static (table, reading) => SetMaxSize(table, reading)),
        Key.Text<CacheTable>("remote", TextForms.HttpUrl, static (table, value) => table with { Remote = value }),
        Key.Flag<CacheTable>("remote_write", static (table, value) => table with { RemoteWrite = value }),
        Key.Flag<CacheTable>("read_only", static (table, value) => table with { ReadOnly = value }),
    ]);

    private static CacheTable SetMaxSize(CacheTable table, KeyReading reading)
    {
        if (reading.Value is TomlInteger)
            return reading.TryInteger(1, long.MaxValue, out var bytes) ? table with { MaxSize = bytes } : table;
        if (!reading.TryWord(out var text))
            return table;
        if (TextForms.TryByteCount(text, out var size))
            return table with { MaxSize = size };
        reading.Invalid($"`{reading.Name}` of {reading.Table} cannot be `{text}`; write a size such as `10 GB` or `512 MiB`");
        return table;
    }
}
