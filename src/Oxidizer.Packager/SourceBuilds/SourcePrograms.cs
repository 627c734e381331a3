using System.Reflection;
using System.Security.Cryptography;
using Oxidizer.Cache;

namespace Oxidizer.Packager.SourceBuilds;

/// <summary>The programs that a build of CPython runs or compiles, from this assembly's resources.</summary>
internal static class SourcePrograms
{
    /// <summary>The digest of all of them, for keys.</summary>
    public static Sha256Digest Digest { get; } =
        new(
            SHA256.HashData([
                .. Read("SourceTraining.py"),
                .. Read("SourceFacts.py"),
                .. Read("SourceFrozen.py"),
                .. Read("SourceGetpath.c"),
            ])
        );

    /// <summary>Writes a program into a folder and gives its path.</summary>
    public static string WriteTo(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, Read(name));
        return path;
    }

    private static byte[] Read(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"SourceBuilds/{name}")
            ?? throw new InvalidOperationException($"the resource `SourceBuilds/{name}` is not in the assembly; please report this");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
