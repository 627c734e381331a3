using System.Runtime.InteropServices;
using System.Text;

namespace Oxidizer.Cache.Files;

/// <summary>
/// An exclusive lock on a file, held by <c>flock</c>: the kernel releases it when its holder ends, for whatever reason. It excludes threads
/// of one process as well, because each lock opens the file itself. A thread of its own waits in a blocking call: with polling, a process
/// was measured to starve for 8.5 s.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private int _descriptor;

    private FileLock(int descriptor) => _descriptor = descriptor;

    /// <summary>Takes the lock, or gives up after <paramref name="timeout"/>.</summary>
    /// <returns><c>null</c> when the time is over.</returns>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static FileLock? TryAcquire(string path, TimeSpan timeout, CancellationToken cancellation = default)
    {
        var deadline = DateTime.UtcNow + timeout;
        while (true)
        {
            var acquired = TryAcquireOnce(path, timeout, cancellation);
            // The previous holder may have deleted the file. Then this lock is on a file without a name, and is taken again on the new
            // file.
            if (acquired is null || acquired.IsAt(path))
                return acquired;
            acquired.Dispose();
            if (timeout > TimeSpan.Zero && DateTime.UtcNow > deadline)
                return null;
        }
    }

    /// <summary>Takes the lock on an existing file that is not a link, without waiting. No file is made.</summary>
    /// <returns><c>null</c> when it is held, or there is no such file.</returns>
    public static FileLock? TryAcquireExisting(string path)
    {
        var descriptor = Libc.Open(path, Libc.ReadWriteNoFollow, 0);
        if (descriptor < 0)
            return null;
        var acquired = new FileLock(descriptor);
        if (Flock(descriptor, Libc.LockExclusive | Libc.LockNonBlocking) && acquired.IsAt(path))
            return acquired;
        acquired.Dispose();
        return null;
    }

    /// <summary>What the holder wrote about itself, or `another process`.</summary>
    public static string Holder(string path)
    {
        try
        {
            var text = Encoding.UTF8.GetString(ReadUnlocked(path)).Trim();
            return text.Length > 0 ? text : "another process";
        }
        catch (Exception exception) when (FileTransfer.IsFailure(exception))
        {
            return "another process";
        }
    }

    private static FileLock? TryAcquireOnce(string path, TimeSpan timeout, CancellationToken cancellation)
    {
        var descriptor = Libc.Open(path, Libc.ReadWriteCreateCloseOnExec, 0x1B6);
        if (descriptor < 0)
            throw new IOException($"cannot open the lock `{path}`: {Marshal.GetLastPInvokeErrorMessage()}");
        if (Flock(descriptor, Libc.LockExclusive | Libc.LockNonBlocking))
            return new FileLock(descriptor);
        if (timeout <= TimeSpan.Zero)
        {
            _ = Libc.Close(descriptor);
            return null;
        }
        return new Waiter(descriptor).Wait(timeout, cancellation);
    }

    /// <summary>Writes this process's number and name into the lock file, so that waiting processes can name it.</summary>
    public void Sign()
    {
        if (TryWrite(s_signature, 0))
            _ = Libc.Truncate(_descriptor, s_signature.Length);
    }

    /// <summary>Writes into the lock's file.</summary>
    public unsafe bool TryWrite(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* pointer = bytes)
            return Libc.WriteAt(_descriptor, pointer, (nuint)bytes.Length, offset) == bytes.Length;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
            _ = Libc.Close(descriptor);
    }

    private static readonly byte[] s_signature = Encoding.UTF8.GetBytes(
        $"process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath) ?? "unknown"}) on {Environment.MachineName}"
    );

    private bool IsAt(string path) =>
        FileStamp.TryRead(path, out var named) && FileStamp.TryRead(_descriptor, out var held) && named.Inode == held.Inode;

    /// <summary>Reads a file that may be locked exclusively: .NET would ask for a shared lock, and fail.</summary>
    public static byte[] ReadUnlocked(string path)
    {
        var descriptor = Libc.Open(path, Libc.CloseOnExec, 0);
        if (descriptor < 0)
            return [];
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        var buffer = new byte[RandomAccess.GetLength(handle)];
        return buffer[..FileTransfer.ReadAt(handle, 0, buffer)];
    }

    private static bool Flock(int descriptor, int operation)
    {
        while (Libc.Flock(descriptor, operation) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                return false;
        }
        return true;
    }

    // The thread cannot be interrupted in flock. If its owner has given up meanwhile, it releases the lock at once.
    private sealed class Waiter(int descriptor)
    {
        private readonly ManualResetEventSlim _done = new();
        private bool _acquired,
            _abandoned;

        public FileLock? Wait(TimeSpan timeout, CancellationToken cancellation)
        {
            new Thread(Block, 256 * 1024) { IsBackground = true, Name = "cache lock" }.Start();
            try
            {
                _done.Wait(timeout, cancellation);
            }
            catch (OperationCanceledException)
            {
                GiveUp();
                throw;
            }
            lock (_done)
            {
                _abandoned = !_acquired;
                return _acquired ? new FileLock(descriptor) : null;
            }
        }

        private void GiveUp()
        {
            lock (_done)
            {
                _abandoned = true;
                if (_acquired)
                    _ = Libc.Close(descriptor);
            }
        }

        private void Block()
        {
            var locked = Flock(descriptor, Libc.LockExclusive);
            lock (_done)
            {
                _acquired = locked && !_abandoned;
                if (!_acquired)
                    _ = Libc.Close(descriptor);
            }
            _done.Set();
        }
    }
}
