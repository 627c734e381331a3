using Oxidizer.Cache.Index;
using Oxidizer.Cache.Layout;

namespace Oxidizer.Cache.Tests;

// File systems that are full, read-only, or other ones than the cache's.
public sealed partial class FaultTests
{
    [RootFact]
    public void A_file_system_that_is_read_only_is_read()
    {
        FillAndAbsorb();
        using var mount = new Mount("--bind", CachePath, CachePath);
        mount.Remount("ro,bind");
        using var cache = Open();
        Assert.Equal(0, Build(cache));
        Fill(cache, 1000, 10);
        Assert.NotNull(cache.Find(KeyOf(1000)));
        Assert.Equal(["OXI0903"], cache.Warnings.Select(warning => warning.Id));
    }

    [RootFact]
    public void A_full_disk_stops_storing_and_not_the_build()
    {
        Directory.CreateDirectory(CachePath);
        using var mount = new Mount("-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", CachePath);
        using (var cache = Open())
        {
            Assert.Equal(300, Build(cache, 300));
            var product = _folder.Write("product", new byte[2_000_000]);
            var digest = cache.StoreFile(product, BlobTransfer.Move, durable: true);
            Assert.Equal(2_000_000, new FileInfo(cache.TryGetFile(digest)!).Length);
            Assert.Equal(0, Build(cache, 300));
            Assert.Equal(["OXI0907"], cache.Warnings.Select(warning => warning.Id));
        }
        using (var cache = Open())
            Build(cache, 300);
    }

    [RootFact]
    public async Task LiteDB_waited_for_ever_when_the_disk_became_full_while_it_wrote()
    {
        Directory.CreateDirectory(CachePath);
        using var mount = new Mount("-t", "tmpfs", "-o", "size=16m,mode=755", "tmpfs", CachePath);
        var filler = Path.Combine(CachePath, "filler");
        for (var round = 0; round < 24; round++)
        {
            File.Delete(filler);
            using (var cache = Open())
                for (var entry = 0; entry < 200; entry++)
                    cache.Add(new ActionRecord(KeyOf(round * 200 + entry), new string('x', 500), [], 1));
            var warnings = new WarningList();
            using var index = new CacheIndex(CacheFolder.Open(new CacheSettings(CachePath), warnings), warnings, TimeSpan.FromSeconds(30));
            File.WriteAllBytes(filler, new byte[new DriveInfo(CachePath).AvailableFreeSpace - (round << 17)]);
            await Task.Run(() => index.Flush(absorb: true)).WaitAsync(TimeSpan.FromMinutes(2));
        }
    }

    [RootFact]
    public void A_cache_on_another_file_system_takes_and_gives_files()
    {
        Directory.CreateDirectory(CachePath);
        using var mount = new Mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", CachePath);
        using var cache = Open();
        foreach (var transfer in Enum.GetValues<BlobTransfer>())
        {
            var source = _folder.Write("source", ContentOf((int)transfer + 7));
            var digest = cache.StoreFile(source, transfer, durable: true);
            Assert.Equal(transfer != BlobTransfer.Move, File.Exists(source));
            Assert.True(cache.TryWriteTo(digest, _folder["out"], ActionOutput.PlainFile, BlobTransfer.HardLink));
            Assert.Equal(ContentOf((int)transfer + 7), File.ReadAllBytes(_folder["out"]));
        }
        Assert.Empty(cache.Warnings);
    }
}
