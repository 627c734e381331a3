using System.Globalization;
using Oxidizer.Cache;

namespace Oxidizer.Packager.Files;

/// <summary>
/// The permissions of installed files: all that the user's mask (<c>umask</c>) allows, as compilers and linkers give them. Only this rule
/// decides them, so that the product, the files beside it and their folders agree.
/// </summary>
/// <param name="Program">Of executables and shared libraries: 0777 without the mask.</param>
/// <param name="Data">Of all else: 0666 without the mask.</param>
internal sealed record FileModes(UnixFileMode Program, UnixFileMode Data)
{
    private const UnixFileMode AllPrograms = (UnixFileMode)0x1FF,
        AllData = (UnixFileMode)0x1B6,
        UsualMask = (UnixFileMode)0x12;

    /// <summary>By this process's mask.</summary>
    public static FileModes Current()
    {
        var mask = Mask();
        return new FileModes(AllPrograms & ~mask, AllData & ~mask);
    }

    /// <summary>Those of a file that the cache or a package has with these permissions.</summary>
    public UnixFileMode For(UnixFileMode mode) => (mode & (ActionOutput.Executable & ~ActionOutput.PlainFile)) != 0 ? Program : Data;

    // umask(2) can only be asked by changing it, for all threads at once.
    private static UnixFileMode Mask()
    {
        const string Name = "Umask:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line is not null && int.TryParse(line.AsSpan(Name.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? (UnixFileMode)Convert.ToInt32(line[Name.Length..].Trim(), 8)
            : UsualMask;
    }
}
