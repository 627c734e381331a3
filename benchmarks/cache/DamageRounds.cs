using Oxidizer.Cache;
using Oxidizer.Packager;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.SourceBuilds;

namespace Oxidizer.Benchmarks;

/// <summary>
/// One file of a build's cache is damaged, of each kind in turn and in each way: cut, zeroed in pages or whole, flipped, made longer,
/// overwritten, deleted. Then the build must give the
/// product that an undamaged cache gives, byte for byte, and so must the one after it. Each round begins with the same cache.
/// </summary>
internal sealed class DamageRounds(Suite suite)
{
    private const int Modules = 40;
    private const int Ways = 8;
    private const int PageSize = 4096;
    private static readonly string[] s_kinds =
    [
        "index",
        "actions.db",
        "memo",
        "format",
        "journal",
        "pack",
        "blob",
        "tree",
        "stamps",
        "upkeep",
    ];

    private readonly string _folder = Path.Combine(suite.WorkFolder, "damages");
    private readonly Random _random = new(1);
    private readonly List<string> _complaints = [];
    private int _wrong,
        _failed;

    private string Whole => Path.Combine(_folder, "whole");

    private string Damaged => Path.Combine(_folder, "cache");

    public void Run()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        var application = WriteApplication();
        Build(application, Whole);
        using (var cache = LiteDbCache.Open(new CacheSettings(Whole)))
            cache.Prune();
        var module = GeneratedApplication.Change(application);
        var texts = new[] { File.ReadAllText(module), File.ReadAllText(module) + "# another\n" };
        Build(application, Whole);
        // A build of seconds has its journal taken in; this leaves one.
        using (var cache = LiteDbCache.Open(new CacheSettings(Whole)))
            cache.Add(
                new ActionRecord(new ActionKeyBuilder("damages", 1).Build(), "a journal", [new ActionOutput("out", cache.Store([1]), 1)], 0)
            );
        var expected = texts.Select(text => ExpectedOf(application, module, text)).ToList();
        for (var round = 0; round < suite.Options.Damages; round++)
        {
            Copy(Whole, Damaged);
            var what = Damage(s_kinds[round % s_kinds.Length], round / s_kinds.Length % Ways);
            File.WriteAllText(module, texts[round % 2]);
            if (_random.Next(2) == 0)
                Directory.Delete(application.OutputDirectory, recursive: true);
            Check(application, expected[round % 2], what);
        }
        var note = $"real builds of {Modules} modules and the standard library, two after each damage, to {string.Join(", ", s_kinds)}";
        Add("damages", suite.Options.Damages, note);
        Add("damages-wrong", _wrong, _complaints.Count == 0 ? note : string.Join("\n", _complaints.Take(5)));
        Add("damages-failed-builds", _failed, note);
    }

    private void Check(Application application, Sha256Digest expected, string what)
    {
        foreach (var build in new[] { "first", "second" })
        {
            try
            {
                if (Build(application, Damaged) == expected)
                    continue;
                _wrong++;
                _complaints.Add($"{what}: the {build} build gave another product");
            }
            catch (Exception exception) when (exception is BuildFailedException or EnvironmentFailureException or PackagerBugException)
            {
                _failed++;
                _complaints.Add($"{what}: the {build} build failed: {exception.Message}");
            }
        }
    }

    // An archive, because a damaged record of a CPython that is built from source costs minutes a round; a plain one, because it is about
    // no time.
    private Application WriteApplication()
    {
        Directory.CreateDirectory(_folder);
        var archive = Path.Combine(_folder, "cpython-full.tar.zst");
        using (var work = WorkFolder.Create(_folder, "work-"))
        using (var cache = LiteDbCache.Open(new CacheSettings(suite.Options.CacheDirectory)))
        {
            var context = new BuildContext(
                BuildLog.Spoken,
                cache,
                new DiagnosticBag(),
                new ActionLedger(),
                work.Path,
                Environment.ProcessorCount,
                CancellationToken.None
            );
            var made = SourceDistribution.Build(
                new DistributionTable { Source = Application.Distribution, Optimizations = DistributionOptimization.NoOpt },
                TargetTriple.Host,
                context
            );
            archive = Path.Combine(_folder, made.Path);
            if (!cache.TryWriteTo(made.Digest, archive, ActionOutput.PlainFile))
                throw new BenchmarkFailedException($"the archive of {Application.Distribution} was found or made and is gone");
        }
        var application = GeneratedApplication.Write(Path.Combine(_folder, "application"), Modules, Whole);
        File.WriteAllText(
            application.Configuration,
            File.ReadAllText(application.Configuration)
                .Replace($"source = \"{Application.Distribution}\"", $"local_path = \"{archive}\"", StringComparison.Ordinal)
        );
        return application;
    }

    private Sha256Digest ExpectedOf(Application application, string module, string text)
    {
        var cache = Path.Combine(_folder, "expected");
        Copy(Whole, cache);
        File.WriteAllText(module, text);
        var digest = Build(application, cache);
        Directory.Delete(cache, recursive: true);
        return digest;
    }

    // Of the file that is there, and not of what the build says of it.
    private static Sha256Digest Build(Application application, string cache) =>
        Sha256Digest.OfFile(
            Pipeline
                .Build(
                    new BuildRequest
                    {
                        ConfigurationOrScript = application.Configuration,
                        OutputDirectory = application.OutputDirectory,
                        CacheDirectory = cache,
                    },
                    BuildLog.Silent
                )
                .ProductPath
        );

    // Blobs and the files of trees are linked: nobody writes into one, and Damage replaces the one that it takes. All else is copied.
    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        var result = ChildProcess.Run(new Command("cp", ["-a", "--link", from, to]));
        if (result.ExitCode != 0)
            throw new BenchmarkFailedException($"cp: {result.Error}");
        foreach (var file in new DirectoryInfo(to).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => !IsLinked(to, file)))
            Replace(file.FullName, File.ReadAllBytes(file.FullName));
    }

    private static bool IsLinked(string cache, FileInfo file)
    {
        var parts = Path.GetRelativePath(cache, file.FullName).Split('/');
        return file.LinkTarget is not null || parts[0] == "blobs" || (parts[0] == "trees" && parts.Length > 2);
    }

    private static void Replace(string path, byte[] content)
    {
        var mode = File.GetUnixFileMode(path);
        var written = File.GetLastWriteTimeUtc(path);
        File.Delete(path);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, written);
        File.SetUnixFileMode(path, mode);
    }

    private string Damage(string kind, int way)
    {
        var files = FilesOf(kind);
        if (files.Count == 0)
            throw new BenchmarkFailedException($"the cache has no file of the kind `{kind}`");
        var path = files[_random.Next(files.Count)];
        if (way == Ways - 1)
            File.Delete(path);
        else
        {
            Replace(path, Damage(File.ReadAllBytes(path), way));
        }
        return $"{Path.GetRelativePath(Damaged, path)}, way {way}";
    }

    private List<string> FilesOf(string kind) =>
        kind switch
        {
            "journal" => [.. Directory.GetFiles(Damaged, "journal-*")],
            "pack" => [.. Directory.GetFiles(Path.Combine(Damaged, "packs"))],
            "blob" => Sorted(Path.Combine(Damaged, "blobs"), SearchOption.AllDirectories),
            "tree" =>
            [
                .. Directory.GetDirectories(Path.Combine(Damaged, "trees")).SelectMany(tree => Sorted(tree, SearchOption.AllDirectories)),
            ],
            "stamps" => Sorted(Path.Combine(Damaged, "trees"), SearchOption.TopDirectoryOnly),
            _ => [.. Directory.GetFiles(Damaged, kind)],
        };

    // So that the same round damages the same file in each run.
    private static List<string> Sorted(string folder, SearchOption depth) =>
        [
            .. new DirectoryInfo(folder)
                .EnumerateFiles("*", depth)
                .Where(file => file.LinkTarget is null)
                .Select(file => file.FullName)
                .Order(StringComparer.Ordinal),
        ];

    private byte[] Damage(byte[] bytes, int way)
    {
        switch (way)
        {
            case 0:
                return [];
            case 1:
                return bytes[.._random.Next(bytes.Length + 1)];
            case 2:
                Array.Clear(bytes);
                return bytes;
            case 3:
                for (var page = 0; page < bytes.Length; page += PageSize)
                    if (_random.Next(3) == 0)
                        bytes.AsSpan(page, Math.Min(PageSize, bytes.Length - page)).Clear();
                return bytes;
            case 4:
                for (var at = _random.Next(Math.Max(1, bytes.Length)); at < bytes.Length; at += _random.Next(1, 5000))
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 5:
                return [.. bytes, .. bytes.Take(1000), .. new byte[1000]];
            default:
                _random.NextBytes(bytes);
                return bytes;
        }
    }

    private void Add(string id, int count, string note) => suite.Add(new Case(id, Metric.Count, Sample.Of(count)) { Note = note });
}
