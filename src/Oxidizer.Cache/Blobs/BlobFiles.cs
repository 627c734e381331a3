using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Blobs;

/// <summary>Blobs in a file of their own: <c>blobs/ab/cdef...</c>, read-only.</summary>
internal static class BlobFiles
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static string PathOf(string root, Sha256Digest digest)
    {
        var name = digest.ToString();
        return string.Concat(root, "/", string.Concat(name.AsSpan(0, 2), "/", name.AsSpan(2)));
    }

    /// <summary>Gives a finished temporary file a blob's name. If another process was faster, its file is replaced by the same
    /// bytes.</summary>
    public static void Name(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        // .NET asks for the folder after the rename failed, and reports a missing file when another process has made it meanwhile.
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, CacheFolder.Private);
            File.Move(temporary, path, overwrite: true);
        }
    }

    /// <summary>The blobs that have a file. Their bytes are not checked.</summary>
    public static IEnumerable<(Sha256Digest Digest, StoredBlob Blob)> Scan(CacheFolder folder)
    {
        if (!Directory.Exists(folder.Blobs))
            yield break;
        foreach (var file in new DirectoryInfo(folder.Blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (Sha256Digest.TryParse(Path.GetFileName(file.DirectoryName) + file.Name, out var digest))
                yield return (digest, new StoredBlob(file.Length, 0, 0));
        }
    }
}
