using Oxidizer.Cache;

namespace Oxidizer.Benchmarks;

/// <summary>
/// What a build asks of its cache, at its barest: remember that a key gave these bytes, and say later which keys are known and have their
/// bytes.
/// Three ways to do it stand beside each other: ours, one file an entry, and one SQLite database.
/// </summary>
internal interface IStore : IDisposable
{
    /// <summary>Stores entries <paramref name="first"/> up to <paramref name="first"/> + <paramref name="count"/>; when it returns, a kill
    /// loses nothing.</summary>
    void Add(int first, int count, int size);

    /// <summary>How many of these entries are known, with their bytes present.</summary>
    int Find(int first, int count);
}

/// <summary>The entries that are stored: key and bytes follow from the number, so that what comes back can be judged by any
/// process.</summary>
internal static class Entry
{
    public const string Kind = "compile_bytecode";

    public static ActionKey KeyOf(int number) => new ActionKeyBuilder(Kind, 1).Add("source", number).Add("optimize", 0).Build();

    /// <summary>Half noise, half repeated: bytecode compresses to about a half, too.</summary>
    public static byte[] ContentOf(int number, int size)
    {
        var content = new byte[size];
        new Random(number).NextBytes(content.AsSpan(0, size / 2));
        content.AsSpan(0, size / 2).CopyTo(content.AsSpan(size - size / 2));
        return content;
    }
}

/// <summary>The stores by name.</summary>
internal static class Stores
{
    public const string Ours = "oxidizer";
    public const string PlainFiles = "plain-files";
    public const string Sqlite = "sqlite";

    public static IStore Open(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        return name switch
        {
            Ours => new OxidizerStore(folder),
            PlainFiles => new PlainFileStore(folder),
            Sqlite => new SqliteStore(folder),
            _ => throw new BenchmarkFailedException($"unknown store `{name}`"),
        };
    }
}
