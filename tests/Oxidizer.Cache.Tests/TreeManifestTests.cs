using FsCheck.Xunit;

namespace Oxidizer.Cache.Tests;

public sealed class TreeManifestTests
{
    private static readonly TreeEntry[] s_entries =
    [
        new("python", TreeEntryKind.Directory),
        new("python/a", TreeEntryKind.File, 5, Sha256Digest.Of("a")),
        new("python/b", TreeEntryKind.Executable, 7, Sha256Digest.Of("b")),
        new("python/l", TreeEntryKind.Link, 5, Sha256Digest.Of("a"), "a"),
        new("python/ü\ud83d\ude00", TreeEntryKind.Link, -1, default, "nowhere"),
    ];

    [Fact]
    public void What_is_written_is_read()
    {
        var manifest = TreeManifest.Create(s_entries.Reverse());

        var read = TreeManifest.TryRead(manifest.Bytes.ToArray());

        Assert.Equal(s_entries, read!.Entries);
        Assert.Equal(manifest.Digest, read.Digest);
        Assert.Equal("python/l"u8.ToArray(), read.PathBytes(3).ToArray());
    }

    [Fact]
    public void A_path_stands_in_a_manifest_once() =>
        Assert.Throws<ArgumentException>(() => TreeManifest.Create([s_entries[0], s_entries[0] with { Kind = TreeEntryKind.File }]));

    [Fact]
    public void A_manifest_that_is_truncated_at_any_length_is_none()
    {
        var bytes = TreeManifest.Create(s_entries).Bytes.ToArray();

        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(TreeManifest.TryRead(bytes[..length]));
        Assert.Null(TreeManifest.TryRead([.. bytes, 0]));
    }

    [Fact]
    public void A_manifest_with_any_byte_changed_is_read_or_is_none_but_never_throws()
    {
        var bytes = TreeManifest.Create(s_entries).Bytes.ToArray();
        for (var index = 0; index < bytes.Length; index++)
        {
            var changed = (byte[])bytes.Clone();
            changed[index] ^= 0xff;
            Assert.True(TreeManifest.TryRead(changed) is not { } read || read.Entries.Count == s_entries.Length || index is >= 8 and < 12);
        }
    }

    [Property(MaxTest = 200)]
    public void Any_bytes_are_read_or_are_none(byte[] noise) => TreeManifest.TryRead([.. "OXITREE\u0001"u8, .. noise]);
}
