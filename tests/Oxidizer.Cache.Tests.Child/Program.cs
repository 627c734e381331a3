using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Oxidizer.Cache;

// The other process of the cache's tests. What it acknowledges on its output, a line each, must be found in the cache whatever happens to
// it afterwards.
switch (args)
{
    case ["store", var folder, var seed, var seconds]:
        return Store(folder, int.Parse(seed), double.Parse(seconds));
    case ["reuse", var folder, var seed, var seconds]:
        return Reuse(folder, int.Parse(seed), double.Parse(seconds));
    case ["make", var folder, var name, var when]:
        return Make(folder, name, when == "when-told");
    case ["lock", var path]:
        return HoldLock(path);
    case ["lookup", var folder, var first, var count]:
        return LookUp(folder, int.Parse(first), int.Parse(count));
    case ["default"]:
        return UseDefault();
    case ["work", var parent, var prefix]:
        return Work(parent, prefix);
    case ["fill", var folder, var count, var size]:
        return Fill(folder, int.Parse(count), int.Parse(size));
    default:
        Console.Error.WriteLine(
            "usage: store <cache> <seed> <seconds> | make <cache> <name> at-once|when-told | lock <file> | lookup <cache> <first> <count> | fill <cache> <count> <size> | default | work <parent> <prefix>"
        );
        return 2;
}

static ActionKey KeyOf(string name) => new ActionKeyBuilder("test", 1).Add("name", name).Build();

// The content says whose it is: a reader can tell a wrong byte.
static byte[] ContentOf(string name, int size)
{
    var content = new byte[size];
    var pattern = Encoding.UTF8.GetBytes(name + "\n");
    for (var i = 0; i < size; i++)
        content[i] = pattern[i % pattern.Length];
    return content;
}

static int Store(string folder, int seed, double seconds)
{
    using var cache = LiteDbCache.Open(new CacheSettings(folder));
    var random = new Random(seed);
    var started = Stopwatch.StartNew();
    for (var batch = 0; started.Elapsed.TotalSeconds < seconds; batch++)
    {
        var names = new List<string>();
        for (var i = random.Next(1, 20); i > 0; i--)
        {
            var name = $"{seed}-{batch}-{i}";
            var content = ContentOf(name, random.Next(8) == 0 ? random.Next(65_536, 200_000) : random.Next(0, 9000));
            cache.Add(new ActionRecord(KeyOf(name), name, [new ActionOutput("out", cache.Store(content), content.Length)], 0.1));
            names.Add(name);
        }
        // What another process has acknowledged is right, or not there.
        if (
            batch > 0
            && cache.Find(KeyOf($"{seed}-{random.Next(batch)}-1")) is { } found
            && (
                cache.TryRead(found.Outputs[0].Digest) is not { } bytes
                || !bytes.AsSpan().SequenceEqual(ContentOf(found.Name, bytes.Length))
            )
        )
        {
            Console.Error.WriteLine($"wrong bytes of {found.Name}");
            return 3;
        }
        cache.Flush();
        // With a warning the cache may have stored nothing.
        if (cache.Warnings.Count > 0)
            break;
        Console.WriteLine(string.Join(' ', names));
    }
    foreach (var warning in cache.Warnings)
        Console.Error.WriteLine($"{warning.Id}: {warning.Message}");
    return cache.Warnings.Count == 0 ? 0 : 4;
}

// Many short builds over the same few names, with a second process that prunes to nothing all the time: what a build has found it can read
// to its end.
static int Reuse(string folder, int seed, double seconds)
{
    var random = new Random(seed);
    var started = Stopwatch.StartNew();
    while (started.Elapsed.TotalSeconds < seconds)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(folder));
        var results = new List<(string Name, Sha256Digest Digest, string Path)>();
        for (var i = 0; i < 20; i++)
        {
            var name = $"reuse-{random.Next(30)}";
            var content = ContentOf(name, name.Length % 2 == 0 ? 70_000 : 3000);
            var result = cache.GetOrAdd(KeyOf(name), name, () => [new ActionOutput("out", cache.Store(content), content.Length)]);
            var digest = result.Record.Outputs[0].Digest;
            if (cache.TryGetFile(digest) is not { } path)
            {
                Console.Error.WriteLine($"{name} was {(result.Reused ? "found" : "made")} and is gone");
                return 3;
            }
            results.Add((name, digest, path));
        }
        foreach (var (name, digest, path) in results)
        {
            var expected = ContentOf(name, name.Length % 2 == 0 ? 70_000 : 3000);
            if (
                cache.TryRead(digest) is not { } bytes
                || !bytes.AsSpan().SequenceEqual(expected)
                || !File.ReadAllBytes(path).AsSpan().SequenceEqual(expected)
            )
            {
                Console.Error.WriteLine($"{name} was found and cannot be read");
                return 3;
            }
        }
        cache.Flush();
        foreach (var warning in cache.Warnings)
        {
            Console.Error.WriteLine($"{warning.Id}: {warning.Message}");
            return 4;
        }
        Console.WriteLine("built");
    }
    return 0;
}

static int Make(string folder, string name, bool whenTold)
{
    using var cache = LiteDbCache.Open(new CacheSettings(folder) { OnWaiting = line => Console.WriteLine("waiting: " + line) });
    Console.WriteLine("ready");
    var result = cache.GetOrAdd(
        KeyOf(name),
        name,
        () =>
        {
            Console.WriteLine("executing");
            if (whenTold)
                Console.ReadLine();
            var content = ContentOf(name, 100);
            return [new ActionOutput("out", cache.Store(content), content.Length)];
        }
    );
    Console.WriteLine(result.Reused ? "reused" : "made");
    return 0;
}

// A build with the user's own cache: its folder, whether the action was found there, and what is said.
static int UseDefault()
{
    var folder = CacheDirectory.Default();
    Console.WriteLine(folder);
    using var cache = LiteDbCache.Open(new CacheSettings(folder));
    var content = ContentOf("default", 100_000);
    var result = cache.GetOrAdd(KeyOf("default"), "default", () => [new ActionOutput("out", cache.Store(content), content.Length)]);
    cache.Flush();
    Console.WriteLine(result.Reused ? "reused" : "made");
    foreach (var warning in cache.Warnings)
        Console.WriteLine($"{warning.Id}: {warning.Message}");
    return cache.TryRead(result.Record.Outputs[0].Digest) is { } bytes && bytes.AsSpan().SequenceEqual(content) ? 0 : 3;
}

static int Work(string parent, string prefix)
{
    using var folder = WorkFolder.Create(parent, prefix);
    Directory.CreateDirectory(Path.Combine(folder.Path, "deep", "er"));
    File.WriteAllText(Path.Combine(folder.Path, "deep", "er", "file"), "work");
    Console.WriteLine($"made {folder.Path}");
    Thread.Sleep(Timeout.Infinite);
    return 0;
}

static int HoldLock(string path)
{
    var descriptor = Open(path, 2 | 0x40, 0x1B6);
    if (descriptor < 0 || Flock(descriptor, 2) != 0)
        return 1;
    Console.WriteLine("locked");
    Thread.Sleep(Timeout.Infinite);
    return 0;
}

static int LookUp(string folder, int first, int count)
{
    var started = Stopwatch.GetTimestamp();
    using var cache = LiteDbCache.Open(new CacheSettings(folder));
    cache.Find(KeyOf("nothing"));
    var opened = Stopwatch.GetElapsedTime(started);
    var found = cache.FindMany([.. Enumerable.Range(first, count).Select(i => KeyOf($"{i}"))]);
    var looked = Stopwatch.GetElapsedTime(started);
    cache.Flush();
    var flushed = Stopwatch.GetElapsedTime(started);
    Console.WriteLine(
        $"opened {opened.TotalMilliseconds:0.0} ms, {found.Count} of {count} found after {looked.TotalMilliseconds:0.0} ms, flushed after {flushed.TotalMilliseconds:0.0} ms"
    );
    return found.Count == count ? 0 : 1;
}

static int Fill(string folder, int count, int size)
{
    var started = Stopwatch.GetTimestamp();
    using (var cache = LiteDbCache.Open(new CacheSettings(folder)))
    {
        for (var i = 0; i < count; i++)
        {
            var content = ContentOf($"{i}", size);
            var key = new ActionKeyBuilder("test", 1).Add("name", $"{i}").Build();
            cache.Add(new ActionRecord(key, $"{i}", [new ActionOutput("out", cache.Store(content), content.Length)], 0.1));
        }
        Console.WriteLine($"stored {count} after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }
    Console.WriteLine($"closed after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    return 0;
}

[DllImport("libc", EntryPoint = "open")]
static extern int Open(string path, int flags, uint mode);

[DllImport("libc", EntryPoint = "flock")]
static extern int Flock(int descriptor, int operation);
