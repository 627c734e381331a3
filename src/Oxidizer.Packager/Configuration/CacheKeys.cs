using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Configuration;

internal static class CacheKeys
{
    public static readonly TableSchema<CacheTable> Table = new(
        "cache",
        [
            Key.Path<CacheTable>("directory", static (table, value) => table with { Directory = value })
                .Says(
                    "where actions, blobs and unpacked trees are kept; see below",
                    "`Oxidizer_CacheDirectory`, else the user's cache folder"
                ),
            new Key<CacheTable>("max_size", [], static (table, reading) => SetMaxSize(table, reading))
            {
                Range = (1, long.MaxValue),
                Values = KeyValues.Text | KeyValues.Integer,
            }.Says(
                "of blobs and unpacked trees; what is longest unused goes first, except what running builds use and what was used within the last hour",
                """`"10 GiB"`""",
                """string such as `"10 GB"` (1000s), `"10 GiB"` (1024s), or bytes"""
            ),
            Key.Text<CacheTable>("remote", TextForms.HttpUrl, static (table, value) => table with { Remote = value })
                .Says("a second tier; *not yet*", form: "string, `https://` or `http://`"),
            Key.Flag<CacheTable>("remote_write", static (table, value) => table with { RemoteWrite = value })
                .Says("whether this build may write to it", "`false`"),
            Key.Flag<CacheTable>("read_only", static (table, value) => table with { ReadOnly = value })
                .Says("nothing is stored; what is there is used", "`false`"),
        ]
    );

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

internal static class LockKeys
{
    public static readonly TableSchema<LockTable> Table = new(
        "lock",
        [
            Key.Choice<LockTable>(
                    "mode",
                    ["auto", "update", "frozen"],
                    static (table, value) =>
                        table with
                        {
                            Mode = value switch
                            {
                                "update" => LockMode.Update,
                                "frozen" => LockMode.Frozen,
                                _ => LockMode.Auto,
                            },
                        }
                )
                .Says("when requirements are resolved; see below", """`"auto"`"""),
        ]
    );
}

/// <summary>How <c>oxidizer.lock</c> and the requirements go together.</summary>
internal enum LockMode
{
    /// <summary>What it says is taken, until the requirements change.</summary>
    Auto,

    /// <summary>Everything is resolved again.</summary>
    Update,

    /// <summary>A build that would change it fails.</summary>
    Frozen,
}

/// <summary><c>[lock]</c></summary>
internal sealed record LockTable
{
    /// <summary>When requirements are resolved.</summary>
    public LockMode Mode { get; init; } = LockMode.Auto;
}
