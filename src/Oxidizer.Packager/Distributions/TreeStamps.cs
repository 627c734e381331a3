using Oxidizer.Cache;

namespace Oxidizer.Packager.Distributions;

/// <summary>
/// The stamps that a tree's entries had when their content was last verified, in a file beside the tree: <c>"OXISTMP" 1</c>, the manifest's digest, then
/// the stamps in the manifest's order. It is a memo: without it, or with a wrong one, everything is verified anew.
/// </summary>
internal sealed class TreeStamps
{
    private static readonly byte[] s_magic = "OXISTMP\u0001"u8.ToArray();
    private const int HeaderSize = 8 + Sha256Digest.Size;

    private readonly string _root;
    private readonly TreeManifest _manifest;
    private readonly FileStamp?[] _stamps;

    private TreeStamps(string root, TreeManifest manifest, FileStamp?[] stamps) => (_root, _manifest, _stamps) = (root, manifest, stamps);

    /// <summary>Where the stamps of a tree are kept.</summary>
    public static string PathFor(string root) => root + ".stamps";

    /// <summary>Reads the stamps of a tree; they are all unknown when there are none, or those of another manifest.</summary>
    public static TreeStamps Load(string root, TreeManifest manifest)
    {
        var stamps = new FileStamp?[manifest.Entries.Count];
        var bytes = TryReadFile(PathFor(root));
        if (bytes.Length != HeaderSize + stamps.Length * FileStamp.WrittenSize || !bytes.AsSpan().StartsWith(s_magic)
            || new Sha256Digest(bytes.AsSpan(8, Sha256Digest.Size)) != manifest.Digest)
            return new TreeStamps(root, manifest, stamps);
        for (var index = 0; index < stamps.Length; index++)
            stamps[index] = FileStamp.Read(bytes.AsSpan(HeaderSize + index * FileStamp.WrittenSize));
        return new TreeStamps(root, manifest, stamps);
    }

    /// <summary>The entries whose stamps are not those of last time: one system call each, and nothing is read.</summary>
    public List<int> FindChanged()
    {
        using var folder = new LinuxFolder(_root);
        var changed = new List<int>();
        for (var index = 0; index < _stamps.Length; index++)
        {
            if (_stamps[index] is not { } stamp || Look(folder, index) != stamp)
                changed.Add(index);
        }
        return changed;
    }

    /// <summary>The stamp that an entry has now; <c>null</c> when nothing is there.</summary>
    public FileStamp? Look(LinuxFolder folder, int index) => FileStamp.Of(folder, _root, _manifest.PathBytes(index));

    /// <summary>Notes that an entry had this stamp before its content was verified.</summary>
    public void Set(int index, FileStamp? stamp) => _stamps[index] = stamp;

    /// <summary>Writes them. A failure is no one's concern: the next build verifies more.</summary>
    public void Save()
    {
        var bytes = new byte[HeaderSize + _stamps.Length * FileStamp.WrittenSize];
        s_magic.CopyTo(bytes, 0);
        _manifest.Digest.CopyTo(bytes.AsSpan(8));
        for (var index = 0; index < _stamps.Length; index++)
            _stamps[index].GetValueOrDefault().Write(bytes.AsSpan(HeaderSize + index * FileStamp.WrittenSize));
        var temporary = $"{PathFor(_root)}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, PathFor(_root), overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
        }
    }

    private static byte[] TryReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
