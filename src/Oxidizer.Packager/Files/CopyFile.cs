using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Oxidizer.Packager.Files;

/// <summary>Copies ranges of files inside the kernel where it can: tens of megabytes need not pass through our memory.</summary>
internal static partial class CopyFile
{
    /// <summary>Copies the whole of <paramref name="from"/> to an offset of <paramref name="to"/>.</summary>
    /// <exception cref="IOException">A file cannot be read or written, or became shorter meanwhile.</exception>
    public static void Whole(SafeFileHandle from, SafeFileHandle to, long offset)
    {
        var size = RandomAccess.GetLength(from);
        long done = 0;
        while (done < size)
        {
            long source = done,
                target = offset + done;
            var copied = CopyFileRange(from, ref source, to, ref target, (nuint)(size - done), 0);
            if (copied <= 0)
                break;
            done += copied;
        }
        // File systems, kernels and sandboxes that cannot: through our own memory.
        var buffer = done < size ? new byte[1 << 20] : [];
        while (done < size)
        {
            var count = RandomAccess.Read(from, buffer, done);
            if (count == 0)
                throw new EndOfStreamException("a file became shorter while it was copied");
            RandomAccess.Write(to, buffer.AsSpan(0, count), offset + done);
            done += count;
        }
    }

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(
        SafeFileHandle from,
        ref long fromOffset,
        SafeFileHandle to,
        ref long toOffset,
        nuint length,
        uint flags
    );
}
