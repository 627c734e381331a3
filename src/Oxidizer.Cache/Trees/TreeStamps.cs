using System.Runtime.InteropServices;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Trees;

/// <summary>
/// The stamps that a tree's entries had when their content was last verified, in a file beside the tree: <c>"OXISTMP" 2</c>, the manifest's
/// digest, then the stamps in the manifest's order and that of the tree's own folder, 32 bytes each. It is only a memo: if it is missing or
/// wrong, everything is verified again. Comparing costs one system call an entry, with a short path relative to the open folder: the kernel
/// takes half as long for that as for an absolute one.
/// </summary>
internal sealed class TreeStamps
{
    private const int HeaderSize = 8 + Sha256Digest.Size;

    private readonly string _root;
    private readonly TreeManifest _manifest;
    private readonly FileStamp[] _stamps;

    private TreeStamps(string root, TreeManifest manifest, FileStamp[] stamps) => (_root, _manifest, _stamps) = (root, manifest, stamps);

    private static ReadOnlySpan<byte> Magic => "OXISTMP\u0002"u8;

    /// <summary>Where the stamps of a tree are kept.</summary>
    public static string PathFor(string root) => root + ".stamps";

    /// <summary>Stamps of a tree that was never verified.</summary>
    public static TreeStamps Unknown(string root, TreeManifest manifest) => new(root, manifest, new FileStamp[manifest.Entries.Count + 1]);

    /// <summary>Reads the stamps of a tree. All are unknown if there is no file, or it belongs to another manifest.</summary>
    public static TreeStamps Load(string root, TreeManifest manifest)
    {
        var stamps = Unknown(root, manifest);
        try
        {
            var bytes = FileTransfer.ReadAll(PathFor(root)).AsSpan();
            var content = MemoryMarshal.AsBytes(stamps._stamps.AsSpan());
            if (
                bytes.Length == HeaderSize + content.Length
                && bytes.StartsWith(Magic)
                && new Sha256Digest(bytes.Slice(8, Sha256Digest.Size)) == manifest.Digest
            )
                bytes[HeaderSize..].CopyTo(content);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception) || exception is OverflowException)
        {
            // Without stamps everything is verified.
        }
        return stamps;
    }

    /// <summary>The indices of entries whose stamps have changed; the number of entries is the index of the tree's own folder. No content
    /// is read.</summary>
    public List<int> FindChanged()
    {
        using var folder = new OpenFolder(_root);
        var changed = new List<int>();
        for (var index = 0; index < _stamps.Length; index++)
        {
            if (_stamps[index] == default || Look(folder, index) != _stamps[index])
                changed.Add(index);
        }
        return changed;
    }

    /// <summary>The stamp that an entry has now; the default if nothing is there.</summary>
    public FileStamp Look(OpenFolder folder, int index) => folder.Stamp(index < _manifest.Entries.Count ? _manifest.PathBytes(index) : []);

    /// <summary>Notes that an entry had this stamp before its content was verified.</summary>
    public void Set(int index, FileStamp stamp) => _stamps[index] = stamp;

    /// <summary>Writes them. A failure does no harm: the next build verifies more.</summary>
    public void Save()
    {
        var content = MemoryMarshal.AsBytes(_stamps.AsSpan());
        var bytes = new byte[HeaderSize + content.Length];
        Magic.CopyTo(bytes);
        _manifest.Digest.CopyTo(bytes.AsSpan(8));
        content.CopyTo(bytes.AsSpan(HeaderSize));
        try
        {
            FileTransfer.Replace(PathFor(_root), bytes);
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            // The next build verifies more.
        }
    }
}
