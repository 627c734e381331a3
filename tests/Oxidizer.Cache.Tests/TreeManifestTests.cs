using FsCheck;
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
    public void A_manifest_with_any_byte_changed_is_none_or_is_that_of_another_tree()
    {
        var bytes = TreeManifest.Create(s_entries).Bytes.ToArray();
        int read = 0,
            none = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            for (var change = 1; change < 256; change++)
            {
                var changed = (byte[])bytes.Clone();
                changed[index] ^= (byte)change;
                if (IsNoneOrWhatItsTreeGives(changed))
                    none++;
                else
                    read++;
            }
        }
        // Of a digest or a size any byte may be another; of a count or a kind none.
        Assert.True(read > 40 * 255 && none > 20 * 255, $"{read} were read, {none} were none");
    }

    [Fact]
    public void A_manifest_whose_paths_do_not_ascend_is_none()
    {
        byte[] Two(char first, char second) =>
            [
                .. "OXITREE\u0001"u8,
                2,
                0,
                0,
                0,
                (byte)TreeEntryKind.Directory,
                1,
                0,
                (byte)first,
                0,
                (byte)TreeEntryKind.Directory,
                1,
                0,
                (byte)second,
                0,
            ];

        Assert.Equal(["a", "b"], TreeManifest.TryRead(Two('a', 'b'))!.Entries.Select(entry => entry.Path));
        Assert.Null(TreeManifest.TryRead(Two('b', 'a')));
        Assert.Null(TreeManifest.TryRead(Two('a', 'a')));
    }

    [Property(MaxTest = 200)]
    public void Any_bytes_are_none_or_what_their_tree_gives(byte[] noise, PositiveInt place)
    {
        IsNoneOrWhatItsTreeGives([.. "OXITREE\u0001"u8, .. noise]);
        var bytes = TreeManifest.Create(s_entries).Bytes.ToArray();
        var at = place.Get % bytes.Length;
        IsNoneOrWhatItsTreeGives([.. bytes[..at], .. noise, .. bytes[at..]]);
        noise.AsSpan(0, Math.Min(noise.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
        IsNoneOrWhatItsTreeGives(bytes);
    }

    // True for none.
    private static bool IsNoneOrWhatItsTreeGives(byte[] bytes)
    {
        if (TreeManifest.TryRead(bytes) is not { } read)
            return true;
        Assert.Equal(bytes, TreeManifest.Create(read.Entries).Bytes.ToArray());
        Assert.All(read.Entries, entry => Assert.Same(entry, read.Find(entry.Path)));
        return false;
    }
}
