using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Oxidizer.Cache;

/// <summary>
/// The list of everything in a tree, sorted by path, as a blob of the cache. Little-endian:
/// <code>
/// 0  8 bytes  "OXITREE" 1
/// 8  4        number of entries; then each:
///    1        kind (<see cref="TreeEntryKind"/>)
///    2 + n+1  length of the path, its UTF-8, a NUL (so that a system call can take it where it lies)
///    8 + 32   size and digest, of files and links
///    2 + n    length of the link's text, its UTF-8, of links
/// </code>
/// </summary>
public sealed class TreeManifest
{
    private static readonly byte[] s_magic = "OXITREE\u0001"u8.ToArray();
    private const int HeaderSize = 12;

    private readonly byte[] _bytes;
    private readonly TreeEntry[] _entries;
    private readonly int[] _paths;

    private TreeManifest(byte[] bytes, TreeEntry[] entries, int[] paths) =>
        (_bytes, _entries, _paths, Digest) = (bytes, entries, paths, Sha256Digest.Of(bytes));

    /// <summary>Everything in the tree, sorted by path (ordinal).</summary>
    public IReadOnlyList<TreeEntry> Entries => _entries;

    /// <summary>The digest of <see cref="Bytes"/>, which identifies the whole tree.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>The sizes of its files together, in bytes.</summary>
    public long ContentSize => _entries.Sum(entry => entry.IsFile ? entry.Size : 0);

    /// <summary>The blob.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The path of an entry as UTF-8, without its NUL (which follows).</summary>
    internal ReadOnlySpan<byte> PathBytes(int index)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(_paths[index] - 2));
        return _bytes.AsSpan(_paths[index], length);
    }

    /// <summary>What stands at a path; <c>null</c> for nothing.</summary>
    public TreeEntry? Find(string path)
    {
        for (int low = 0, high = _entries.Length - 1; low <= high; )
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries[middle].Path, path);
            if (order == 0)
                return _entries[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    /// <summary>Makes the blob of a tree.</summary>
    /// <exception cref="ArgumentException">Two entries have the same path.</exception>
    internal static TreeManifest Create(IEnumerable<TreeEntry> entries)
    {
        var sorted = entries.OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList();
        if (sorted.Zip(sorted.Skip(1)).FirstOrDefault(pair => pair.First.Path == pair.Second.Path) is ({ } twice, _))
            throw new ArgumentException($"`{twice.Path}` stands in the tree twice");
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(s_magic);
        writer.Write(sorted.Count);
        foreach (var entry in sorted)
            Write(writer, entry);
        writer.Flush();
        return TryRead(stream.ToArray())
            ?? throw new InvalidOperationException("a tree's manifest does not read back; please report this as a bug");
    }

    /// <summary>Reads the blob; <c>null</c> when it is not a manifest, or not byte for byte what <see cref="Create"/> writes: the same tree
    /// must have the same digest.</summary>
    internal static TreeManifest? TryRead(byte[] bytes)
    {
        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith(s_magic))
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        // An entry takes at least four bytes: a count beyond that must not reserve memory.
        if (count < 0 || count > bytes.Length / 4)
            return null;
        var entries = new TreeEntry[count];
        var paths = new int[count];
        var reader = new Reader(bytes, HeaderSize);
        for (var index = 0; index < count; index++)
        {
            // The entries must be in order, because `Find` searches them by halves.
            if (
                !reader.TryReadEntry(out entries[index]!, out paths[index])
                || (index > 0 && string.CompareOrdinal(entries[index - 1].Path, entries[index].Path) >= 0)
            )
                return null;
        }
        return reader.IsAtEnd ? new TreeManifest(bytes, entries, paths) : null;
    }

    private static void Write(BinaryWriter writer, TreeEntry entry)
    {
        writer.Write((byte)entry.Kind);
        var path = Encoding.UTF8.GetBytes(entry.Path);
        writer.Write(checked((ushort)path.Length));
        writer.Write(path);
        writer.Write((byte)0);
        if (entry.Kind == TreeEntryKind.Directory)
            return;
        writer.Write(entry.Size);
        writer.Write(entry.Digest.ToArray());
        if (entry.Kind != TreeEntryKind.Link)
            return;
        var target = Encoding.UTF8.GetBytes(entry.LinkTarget!);
        writer.Write(checked((ushort)target.Length));
        writer.Write(target);
    }

    private ref struct Reader(byte[] bytes, int position)
    {
        private int _position = position;

        public readonly bool IsAtEnd => _position == bytes.Length;

        public bool TryReadEntry(out TreeEntry? entry, out int pathOffset)
        {
            (entry, pathOffset) = (null, 0);
            if (!TryTake(1, out var kindByte) || kindByte[0] > (byte)TreeEntryKind.Link)
                return false;
            var kind = (TreeEntryKind)kindByte[0];
            pathOffset = _position + 2;
            if (!TryTakeText(out var path) || !TryTake(1, out var nul) || nul[0] != 0)
                return false;
            if (kind == TreeEntryKind.Directory)
            {
                entry = new TreeEntry(path, kind);
                return true;
            }
            if (!TryTake(8 + Sha256Digest.Size, out var content))
                return false;
            string? target = null;
            if (kind == TreeEntryKind.Link && !TryTakeText(out target))
                return false;
            entry = new TreeEntry(path, kind, BinaryPrimitives.ReadInt64LittleEndian(content), new Sha256Digest(content[8..]), target);
            return true;
        }

        private bool TryTakeText(out string text)
        {
            text = "";
            if (
                !TryTake(2, out var length)
                || !TryTake(BinaryPrimitives.ReadUInt16LittleEndian(length), out var utf8)
                || !Utf8.IsValid(utf8)
            )
                return false;
            text = Encoding.UTF8.GetString(utf8);
            return true;
        }

        private bool TryTake(int count, out ReadOnlySpan<byte> taken)
        {
            taken = default;
            if (count > bytes.Length - _position)
                return false;
            taken = bytes.AsSpan(_position, count);
            _position += count;
            return true;
        }
    }
}
