namespace Oxidizer.Cache.Tests;

public sealed partial class LiteDbCacheTests
{
    [Fact]
    public void What_was_flushed_is_found_by_another_process()
    {
        var record = Add(Key("compile", ("a", "1")), "a", "bytes");
        Cache.Flush();
        using var other = Open();
        Assert.Equal(record.Outputs, other.Find(record.Key)!.Outputs);
        Assert.Equal(Bytes("bytes"), other.TryRead(record.Outputs[0].Digest));
    }

    [Fact]
    public void LiteDB_takes_in_what_a_long_journal_holds_and_everything_is_still_found()
    {
        var keys = Enumerable.Range(0, 6000).Select(i => Key("compile", ("source", $"{i}"))).ToList();
        foreach (var part in keys.Chunk(1000))
        {
            foreach (var key in part)
                Add(key, "x", key.ToString());
            Cache.Flush();
        }
        Assert.True(File.Exists(Folder["cache/actions.db"]));
        using var other = Open();
        Assert.Equal(6000, other.FindMany(keys).Count);
        Assert.Empty(other.Warnings);
        Assert.Equal(6000, other.Statistics.Lifetime["compile"].BytesStored / keys[0].ToString().Length);
    }
}
