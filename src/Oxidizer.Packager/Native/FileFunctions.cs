using Oxidizer.Packager.Configuration;

namespace Oxidizer.Packager.Native;

/// <summary>How the C library's functions for files become the runtime's (<c>src/pyembed/files/real.h</c>).</summary>
internal static class FileFunctions
{
    /// <summary>Whether the linker renames their uses. An executable with a dynamic linker defines them by their own names instead, and
    /// exports them, so that shared objects use them too; a library's names would be its host's.</summary>
    public static bool AreWrapped(ProductOutput output, Toolchain toolchain) => output != ProductOutput.Executable || toolchain.Static;

    /// <summary>The linker's flags for one step of a link.</summary>
    public static IEnumerable<string> FlagsOf(IEnumerable<string> functions, ProductOutput output, Toolchain toolchain) =>
        functions.Select(name => (AreWrapped(output, toolchain) ? "-Wl,--wrap=" : "-Wl,--export-dynamic-symbol=") + name);
}
