namespace Oxidizer.Cache.Tests;

// Blobs and the digests of files.
public sealed partial class LiteDbCacheTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8192)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(3_000_000)]
    public void Bytes_come_back_as_they_were_stored(int length)
    {
        var bytes = RandomBytes(length);
        var digest = Cache.Store(bytes);
        Assert.Equal(Sha256Digest.Of(bytes), digest);
        Assert.True(Cache.Contains(digest));
        Assert.Equal(bytes, Cache.TryRead(digest));
        Assert.Equal(bytes, File.ReadAllBytes(Cache.TryGetFile(digest)!));
        Cache.Flush();
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void An_absent_blob_is_null_and_false()
    {
        var digest = Sha256Digest.Of("nowhere");
        Assert.False(Cache.Contains(digest));
        Assert.Null(Cache.TryRead(digest));
        Assert.Null(Cache.TryGetFile(digest));
        Assert.False(Cache.TryWriteTo(digest, Folder["out"], ActionOutput.PlainFile));
        Assert.False(File.Exists(Folder["out"]));
    }

    [Theory]
    [InlineData(BlobTransfer.Copy, true)]
    [InlineData(BlobTransfer.HardLink, true)]
    [InlineData(BlobTransfer.Move, false)]
    public void A_file_is_stored_and_left_or_taken(BlobTransfer transfer, bool isLeft)
    {
        var bytes = RandomBytes(100_000);
        var path = Folder.Write("source", bytes);
        var digest = Cache.StoreFile(path, transfer, durable: true);
        Assert.Equal(Sha256Digest.Of(bytes), digest);
        Assert.Equal(isLeft, File.Exists(path));
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void A_source_that_is_not_there_is_an_IOException() => Assert.ThrowsAny<IOException>(() => Cache.StoreFile(Folder["nowhere"]));

    [Theory]
    [InlineData(BlobTransfer.Copy, 100)]
    [InlineData(BlobTransfer.Copy, 100_000)]
    [InlineData(BlobTransfer.HardLink, 100)]
    [InlineData(BlobTransfer.HardLink, 100_000)]
    public void A_blob_is_written_with_its_mode_over_what_was_there(BlobTransfer transfer, int length)
    {
        var bytes = RandomBytes(length);
        var digest = Cache.Store(bytes);
        var path = Folder.Write("out", "old");
        Assert.True(Cache.TryWriteTo(digest, path, ActionOutput.Executable, transfer));
        Assert.True(Cache.TryWriteTo(digest, path, ActionOutput.Executable, transfer));
        Assert.Equal(bytes, File.ReadAllBytes(path));
        var expected = transfer == BlobTransfer.Copy ? ActionOutput.Executable : (UnixFileMode)0b101_101_101;
        Assert.Equal(expected, File.GetUnixFileMode(path));
        Assert.Equal(["out"], Directory.GetFiles(Folder.Path, "out*").Select(Path.GetFileName));
    }

    [Fact]
    public void A_copy_that_is_written_to_leaves_the_blob_whole()
    {
        var bytes = RandomBytes(100_000);
        var digest = Cache.Store(bytes);
        Cache.TryWriteTo(digest, Folder["out"], ActionOutput.PlainFile);
        File.WriteAllText(Folder["out"], "edited");
        Assert.Equal(bytes, Cache.TryRead(digest));
    }

    [Fact]
    public void A_target_that_cannot_be_written_is_an_IOException()
    {
        var digest = Cache.Store(Bytes("x"));
        Assert.ThrowsAny<IOException>(() => Cache.TryWriteTo(digest, Folder["no/such/folder"], ActionOutput.PlainFile));
    }

    [Fact]
    public void A_files_digest_follows_its_content()
    {
        var path = Folder.WriteOld("a.py", "one");
        Assert.Equal(Sha256Digest.Of("one"), Cache.DigestFile(path));
        Assert.Equal(Sha256Digest.Of("one"), Cache.DigestFile(path));
        File.WriteAllText(path, "two");
        Assert.Equal(Sha256Digest.Of("two"), Cache.DigestFile(path));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_IOException()
    {
        Assert.ThrowsAny<IOException>(() => Cache.DigestFile(Folder["nowhere"]));
        Assert.ThrowsAny<IOException>(() => Cache.DigestFile(Folder.Path));
    }

    [Fact]
    public void Digests_of_many_files_come_in_their_order()
    {
        var paths = Enumerable.Range(0, 150).Select(i => Folder.Write($"src/{i}.py", $"x = {i}")).ToList();
        Assert.Equal(Enumerable.Range(0, 150).Select(i => Sha256Digest.Of($"x = {i}")), Cache.DigestFiles(paths));
        Assert.ThrowsAny<IOException>(() => Cache.DigestFiles([.. paths, Folder["nowhere"]]));
    }

    [Fact]
    public void A_remembered_file_is_believed_until_it_changes()
    {
        var path = Folder.Write("product", "bytes");
        Cache.RememberFile(path, Sha256Digest.Of("said"));
        Assert.Equal(Sha256Digest.Of("said"), Cache.DigestFile(path));
        File.AppendAllText(path, "!");
        Assert.Equal(Sha256Digest.Of("bytes!"), Cache.DigestFile(path));
    }
}
