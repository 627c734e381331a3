using Oxidizer.Cache.Blobs;
using Oxidizer.Cache.Files;
using Oxidizer.Cache.Layout;
using Oxidizer.Cache.Records;

namespace Oxidizer.Cache.Storing;

internal sealed partial class BlobStore
{
    private const long SmallestRemembered = 32 * 1024;

    /// <summary>Stores a file's bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Sha256Digest StoreFile(string path, BlobTransfer transfer, bool durable)
    {
        if (CanStore && TryStoreFile(path, transfer, durable) is { } stored)
            return stored;
        return Private.TakeFile(path, transfer == BlobTransfer.Move);
    }

    /// <summary>The path of a file that holds the blob; <c>null</c> if it is absent or damaged.</summary>
    public string? TryGetFile(Sha256Digest digest)
    {
        if (Private.TryGetFile(digest) is { } kept)
            return kept;
        var path = PathOf(digest);
        if (folder.Use != FolderUse.None && FileStamp.TryRead(path, out var stamp) && IsVerified(digest, path, stamp))
            return path;
        return TryRead(digest) is { } content ? Materialise(digest, content, path) : null;
    }

    /// <summary>The path of a blob that has a file, unchecked; <c>null</c> if it has none.</summary>
    public string? TryGetLargeFile(Sha256Digest digest) => File.Exists(PathOf(digest)) ? TryGetFile(digest) : null;

    /// <summary>Writes a blob to a file; false if it is absent or damaged.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public bool TryWriteTo(Sha256Digest digest, string target, UnixFileMode mode, BlobTransfer transfer)
    {
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            if (!TryWriteNew(digest, temporary, mode, transfer))
                return false;
            File.Move(temporary, target, overwrite: true);
            return true;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            // The temporary file is left after a failure, and after rename() between two names of one inode, which does nothing.
            FileTransfer.TryDelete(temporary);
        }
    }

    /// <summary>Writes a blob to a file that is not there yet; false if the blob is absent or damaged.</summary>
    public bool TryWriteNew(Sha256Digest digest, string target, UnixFileMode mode, BlobTransfer transfer)
    {
        var source = PathOf(digest);
        var isFile = folder.Use != FolderUse.None && File.Exists(source);
        if (!isFile && transfer != BlobTransfer.HardLink && TryRead(digest) is { } content)
        {
            FileTransfer.WriteNew(target, content, mode);
            return true;
        }
        if (TryGetFile(digest) is not { } file)
            return false;
        if (transfer == BlobTransfer.HardLink)
        {
            mode = FileTransfer.WithoutWrite(mode);
            // The mode belongs to the inode, so only a file with the blob's own mode can share it.
            if (mode == BlobFiles.Mode && FileTransfer.TryLink(file, target))
                return true;
        }
        FileTransfer.Copy(file, target, mode);
        return true;
    }

    private bool IsVerified(Sha256Digest digest, string path, in FileStamp stamp)
    {
        if (_verified.TryGetValue(digest, out var verified) && verified == stamp)
            return true;
        if (memo.Find(path, stamp) is { } known && known == digest)
        {
            _verified[digest] = stamp;
            return true;
        }
        try
        {
            if (Sha256Digest.OfFile(path) != digest)
            {
                RemoveDamagedFile(digest);
                return false;
            }
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return false;
        }
        Verified(digest, path);
        return true;
    }

    private void Verified(Sha256Digest digest, string path)
    {
        if (!FileStamp.TryRead(path, out var stamp))
            return;
        _verified[digest] = stamp;
        // The file is the cache's own, read-only, and was just checked, so it may be remembered although it is young. Small files are not:
        // reading them again takes less time than loading a memo of all of them.
        if (stamp.Size >= SmallestRemembered)
            memo.Set(path, stamp, digest);
    }

    private string? Materialise(Sha256Digest digest, byte[] content, string path)
    {
        try
        {
            if (!CanStore)
                return Private.WriteFile(digest, content);
            WriteBlobFile(digest, content, path);
            return path;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            return Private.WriteFile(digest, content);
        }
    }

    private void StoreLarge(Sha256Digest digest, ReadOnlySpan<byte> content)
    {
        try
        {
            WriteBlobFile(digest, content, PathOf(digest));
            index.SetBlob(digest, new StoredBlob(content.Length, 0, 0));
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            Private.Add(digest, content.ToArray());
        }
    }

    private void WriteBlobFile(Sha256Digest digest, ReadOnlySpan<byte> content, string path)
    {
        var temporary = NewTemporary();
        try
        {
            FileTransfer.WriteNew(temporary, content, BlobFiles.Mode);
            BlobFiles.Name(temporary, path);
        }
        catch
        {
            FileTransfer.TryDelete(temporary);
            throw;
        }
        Verified(digest, path);
    }

    // The bytes are first brought into the cache's folder and digested there, where nobody else changes them.
    private Sha256Digest? TryStoreFile(string path, BlobTransfer transfer, bool durable)
    {
        var temporary = NewTemporary();
        var taken = false;
        try
        {
            taken = Take(path, temporary, transfer, durable);
            var digest = Sha256Digest.OfFile(temporary);
            uses.Note([digest]);
            var size = new FileInfo(temporary).Length;
            var target = PathOf(digest);
            if (FileStamp.TryRead(target, out var stamp) && stamp.Size == size && IsVerified(digest, target, stamp))
                FileTransfer.TryDelete(temporary);
            else
            {
                BlobFiles.Name(temporary, target);
                Verified(digest, target);
            }
            index.SetBlob(digest, new StoredBlob(size, 0, 0));
            if (transfer == BlobTransfer.Move)
                FileTransfer.TryDelete(path);
            return digest;
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            GiveBack(path, temporary, taken && transfer == BlobTransfer.Move);
            if (!File.Exists(path))
                throw exception as IOException ?? new IOException(exception.Message, exception);
            warnings.Add(CacheWarnings.NotStored(folder.Root, exception.Message));
            return null;
        }
    }

    private static bool Take(string path, string temporary, BlobTransfer transfer, bool durable)
    {
        if (transfer == BlobTransfer.Move && FileStamp.TryRead(path, follow: false, out _, out var mode) && (mode & 0xF000) == 0x8000)
        {
            // Between file systems this copies, and deletes the source.
            File.Move(path, temporary);
            File.SetUnixFileMode(temporary, BlobFiles.Mode);
            if (durable)
                Flush(temporary);
            return true;
        }
        if (transfer == BlobTransfer.HardLink && FileTransfer.TryLink(path, temporary))
        {
            File.SetUnixFileMode(temporary, BlobFiles.Mode);
            if (durable)
                Flush(temporary);
            return true;
        }
        FileTransfer.Copy(path, temporary, BlobFiles.Mode, durable);
        return true;
    }

    private static void GiveBack(string path, string temporary, bool moved)
    {
        if (moved && !File.Exists(path))
            File.Move(temporary, path);
        else
            FileTransfer.TryDelete(temporary);
    }

    private static void Flush(string path)
    {
        using var handle = FileTransfer.OpenForReading(path);
        RandomAccess.FlushToDisk(handle);
    }

    private string NewTemporary()
    {
        if (!Directory.Exists(folder.Temporary))
            folder.MakeFolders();
        return folder.NewTemporary();
    }
}
