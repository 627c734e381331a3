using System.Globalization;
using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Tests;

// Processes that meet, hang, and take over: no acknowledged entry is lost, and no wrong byte served. OXIDIZER_CACHE_SECONDS makes the tests
// as long as a benchmark wants them.
public sealed class CrashTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : usual;

    private static ActionKey KeyOf(string name) => new ActionKeyBuilder("test", 1).Add("name", name).Build();

    [Fact]
    public void Four_processes_at_once_lose_nothing()
    {
        var seconds = Setting("OXIDIZER_CACHE_SECONDS", 5);
        var children = Enumerable.Range(0, 4).Select(seed => Child.Start("store", _folder["cache"], $"{seed}", $"{seconds}")).ToList();
        Assert.All(children, child => Assert.True(child.ExitCode == 0, child.Error));
        KillTests.AssertAllThere(_folder["cache"], [.. children.SelectMany(child => child.Lines).SelectMany(line => line.Split(' '))]);
        children.ForEach(child => child.Dispose());
    }

    [Fact]
    public void A_cache_that_another_process_was_making_was_taken_for_a_foreign_folder()
    {
        for (var round = 0; round < 300; round++)
        {
            var folder = CacheFolder.Open(new CacheSettings(_folder[$"cache-{round}"]) { ReadOnly = true }, new WarningList());
            using var start = new Barrier(2);
            var maker = new Thread(() =>
            {
                start.SignalAndWait();
                folder.MakeFolders();
            });
            maker.Start();
            start.SignalAndWait();
            while (maker.IsAlive)
                Assert.Null(FolderTrust.ForeignName(folder));
        }
    }

    [Fact]
    public void What_was_added_after_a_kill_between_database_and_first_snapshot_was_lost()
    {
        var settings = new CacheSettings(_folder["cache"]);
        using var other = LiteDbCache.Open(settings);
        Add(other, "before");
        var journal = Assert.Single(Directory.GetFiles(_folder["cache"], "journal-*"));
        var batches = File.ReadAllBytes(journal);
        var warnings = new WarningList();
        using (var killed = new CacheIndex(CacheFolder.Open(settings, warnings), warnings, TimeSpan.FromSeconds(30)))
            Assert.True(killed.Flush(absorb: true));
        Assert.False(File.Exists(journal));
        // As a kill leaves it: the database is written, the snapshot is not, and the journal is there.
        File.Delete(Path.Combine(_folder["cache"], "index"));
        File.WriteAllBytes(journal, batches);
        Add(other, "after");
        using var third = LiteDbCache.Open(settings);
        Assert.All(["before", "after"], name => Assert.NotNull(third.Find(KeyOf(name))));
        Assert.Empty(third.Warnings);

        static void Add(LiteDbCache cache, params string[] names)
        {
            foreach (var name in names)
                cache.Add(new ActionRecord(KeyOf(name), name, [], 0));
            cache.Flush();
        }
    }

    [Fact]
    public void Pruning_while_processes_build_takes_nothing_that_they_use()
    {
        // The children find what they stored earlier, and fail if it then cannot be read.
        var children = Enumerable
            .Range(0, 2)
            .Select(seed => Child.Start("reuse", _folder["cache"], $"{seed}", $"{Setting("OXIDIZER_CACHE_SECONDS", 3)}"))
            .ToList();
        var removed = 0;
        using (var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"])))
        {
            children.ForEach(child => child.WaitForLine("built"));
            do
            {
                removed += cache.Prune(maxSize: 0).RemovedBlobs;
                Thread.Sleep(20);
            } while (children.Exists(child => child.IsRunning));
            Assert.Empty(cache.Warnings);
        }
        Assert.All(children, child => Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode}: {child.Error}"));
        Assert.All(children, child => Assert.NotEmpty(child.Lines));
        Assert.True(removed > 0, "nothing was pruned");
        children.ForEach(child => child.Dispose());
    }

    [Fact]
    public void A_second_process_waits_for_the_first_and_says_for_whom()
    {
        using var first = Child.Start("make", _folder["cache"], "a", "when-told");
        first.WaitForLine("executing");
        using var second = Child.Start("make", _folder["cache"], "a", "at-once");
        second.WaitForLine("waiting");
        first.Tell();
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(0, first.ExitCode);
        Assert.Equal(["ready", "executing", "made"], first.Lines);
        Assert.Equal(
            [
                "ready",
                $"waiting: waiting for process {first.Id} (Oxidizer.Cache.Tests.Child) on {Environment.MachineName}, which makes `a`",
                "reused",
            ],
            second.Lines
        );
    }

    [Fact]
    public void A_second_process_takes_over_when_the_first_is_killed()
    {
        using var first = Child.Start("make", _folder["cache"], "a", "when-told");
        first.WaitForLine("executing");
        using var second = Child.Start("make", _folder["cache"], "a", "at-once");
        second.WaitForLine("waiting");
        first.Kill();
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(["executing", "made"], second.Lines.Skip(2));
    }

    [Fact]
    public void A_holder_of_an_action_that_hangs_is_not_waited_for_without_end()
    {
        using var first = Child.Start("make", _folder["cache"], "a", "when-told");
        first.WaitForLine("executing");
        using var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"]) { ActionTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.False(cache.GetOrAdd(KeyOf("a"), "a", () => []).Reused);
        Assert.Equal(["OXI0910"], cache.Warnings.Select(warning => warning.Id));
    }

    [Fact]
    public void A_wait_for_another_process_can_be_cancelled()
    {
        using var first = Child.Start("make", _folder["cache"], "a", "when-told");
        first.WaitForLine("executing");
        using var cancellation = new CancellationTokenSource();
        using var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"]) { OnWaiting = _ => cancellation.Cancel() });
        Assert.ThrowsAny<OperationCanceledException>(() => cache.GetOrAdd(KeyOf("a"), "a", () => [], cancellation.Token));
    }

    [Fact]
    public void A_holder_of_the_caches_lock_that_hangs_costs_one_wait_and_a_warning()
    {
        using (LiteDbCache.Open(new CacheSettings(_folder["cache"]))) { }
        using var holder = Child.Start("lock", _folder["cache/lock"]);
        holder.WaitForLine("locked");
        var patience = TimeSpan.FromSeconds(3);
        using var cache = LiteDbCache.Open(new CacheSettings(_folder["cache"]) { LockTimeout = patience });
        var started = Environment.TickCount64;
        for (var i = 0; i < 40; i++)
        {
            var result = cache.GetOrAdd(KeyOf($"{i}"), $"{i}", () => [new ActionOutput("out", cache.Store([(byte)i]), 1)]);
            Assert.Equal([(byte)i], cache.TryRead(result.Record.Outputs[0].Digest)!);
            Assert.Equal(1, new FileInfo(cache.TryGetFile(result.Record.Outputs[0].Digest)!).Length);
            cache.Flush();
        }
        // Forty waits would take two minutes; a machine that takes one for one wait is not meant to be found.
        Assert.InRange(Environment.TickCount64 - started, patience.TotalMilliseconds, 20 * patience.TotalMilliseconds);
        Assert.Equal(["OXI0904"], cache.Warnings.Select(warning => warning.Id));
        // When it lets go, what was kept is written.
        holder.Kill();
        cache.Flush();
        AssertFound("39");
    }

    private void AssertFound(string name)
    {
        using var other = LiteDbCache.Open(new CacheSettings(_folder["cache"]));
        Assert.NotNull(other.Find(KeyOf(name)));
    }
}
