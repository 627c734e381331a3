namespace Oxidizer.Cache.Tests;

// A class of its own, so that it runs beside the others: it takes as long as all of them. OXIDIZER_CACHE_KILLS makes it longer.
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal static void AssertAllThere(string folder, IReadOnlyCollection<string> acknowledged)
    {
        using var cache = LiteDbCache.Open(new CacheSettings(folder));
        foreach (var name in acknowledged)
        {
            var record = cache.Find(new ActionKeyBuilder("test", 1).Add("name", name).Build());
            Assert.True(record is not null, $"{name} was acknowledged and is lost");
            var content = cache.TryRead(record.Outputs[0].Digest)!;
            Assert.Equal(record.Outputs[0].Size, content.Length);
            for (var i = 0; i < content.Length; i++)
                Assert.Equal((byte)(i % (name.Length + 1) == name.Length ? '\n' : name[i % (name.Length + 1)]), content[i]);
        }
        Assert.Empty(cache.Warnings);
    }

    [Fact]
    public void Nothing_acknowledged_is_lost_when_processes_are_killed_at_random_moments()
    {
        var kills = CrashTests.Setting("OXIDIZER_CACHE_KILLS", 100);
        var random = new Random(20);
        var acknowledged = new List<string>();
        var errors = new List<string>();
        // Ten at once, so that one is killed while others wait for its lock and read what it leaves.
        for (var round = 0; round < kills; round += 10)
        {
            var children = Enumerable.Range(round, 10).Select(seed => Child.Start("store", _folder["cache"], $"{seed}", "60")).ToList();
            foreach (var child in children)
                child.WaitForLine("");
            foreach (var child in children)
            {
                Thread.Sleep(random.Next(0, 80));
                child.Kill();
                acknowledged.AddRange(child.Lines.SelectMany(line => line.Split(' ')));
                errors.Add(child.Error);
                child.Dispose();
            }
        }
        Assert.All(errors, error => Assert.Equal("", error.Trim()));
        Assert.True(acknowledged.Count >= kills, $"only {acknowledged.Count} entries");
        AssertAllThere(_folder["cache"], acknowledged);
    }
}
