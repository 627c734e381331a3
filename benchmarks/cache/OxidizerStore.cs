using Oxidizer.Cache;

namespace Oxidizer.Benchmarks;

/// <summary>Oxidizer.Cache.</summary>
internal sealed class OxidizerStore(string folder) : IStore
{
    public IActionCache Cache { get; } = LiteDbCache.Open(new CacheSettings(folder) { MaxSize = 1L << 40 });

    public void Add(int first, int count, int size)
    {
        for (var number = first; number < first + count; number++)
        {
            var digest = Cache.Store(Entry.ContentOf(number, size));
            Cache.Add(new ActionRecord(Entry.KeyOf(number), $"module {number}", [new ActionOutput("code", digest, size)], 0.001));
        }
        Cache.Flush();
    }

    public int Find(int first, int count) => Cache.FindMany([.. Enumerable.Range(first, count).Select(Entry.KeyOf)]).Count;

    public void Dispose() => Cache.Dispose();
}
