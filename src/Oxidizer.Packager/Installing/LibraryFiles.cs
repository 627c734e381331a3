using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Installing;

/// <summary>A library that C programs are to find.</summary>
/// <param name="Name">The product's.</param>
/// <param name="FileName">Such as <c>libname.a</c>.</param>
/// <param name="IsStatic">Whether it is an archive.</param>
/// <param name="PythonVersion">Of the CPython in it.</param>
/// <param name="SystemLibraries">Names after <c>-l</c> that an archive leaves to the link of the C program.</param>
internal sealed record ProductLibrary(
    string Name,
    string FileName,
    bool IsStatic,
    string PythonVersion,
    IReadOnlyList<string> SystemLibraries
)
{
    /// <summary>The library that a build makes; <c>null</c>: it makes an executable.</summary>
    public static ProductLibrary? Of(BuildTable build, string pythonVersion, IReadOnlyList<string> systemLibraries) =>
        build.Output == ProductOutput.Executable
            ? null
            : new(build.ApplicationName, build.FileName, build.Output == ProductOutput.StaticLibrary, pythonVersion, systemLibraries);
}

/// <summary>
/// What a C program needs beside a library: <c>pyembed.h</c>, <c>&lt;name&gt;.pc</c> for pkg-config, and <c>&lt;name&gt;-config.cmake</c>.
/// They find the library in their own folder, wherever it is moved to.
/// </summary>
internal static class LibraryFiles
{
    // Extension modules in the resources look CPython's functions up in the executable that hosts a static library.
    private static readonly string[] s_exports = ["-Wl,--export-dynamic-symbol=Py*", "-Wl,--export-dynamic-symbol=_Py*"];

    /// <summary>Writes those that differ.</summary>
    /// <exception cref="Diagnostics.EnvironmentFailureException">One cannot be written.</exception>
    public static void Prepare(ProductLibrary library, Installation installation)
    {
        installation.Update("pyembed.h", RuntimeSources.All.First(source => source.Path == "pyembed/pyembed.h").Content);
        installation.Update(library.Name + ".pc", Encoding.UTF8.GetBytes(PackageConfiguration(library)));
        installation.Update(library.Name + "-config.cmake", Encoding.UTF8.GetBytes(CMakeConfiguration(library)));
    }

    // Pkg-config escapes what is special in the folder's name itself; pkgconf 1.8 does so in options alone, and not in the path of an
    // archive.
    private static string PackageConfiguration(ProductLibrary library) =>
        $$"""
            prefix=${pcfiledir}

            Name: {{library.Name}}
            Description: {{library.Name}}, a Python program with CPython {{library.PythonVersion}} as a library
            Version: {{library.PythonVersion}}
            Cflags: -I${prefix}
            Libs: {{(
                library.IsStatic
                    ? string.Join(
                        ' ',
                        ["-L${prefix}", "-l:" + ForShell(library.FileName), .. s_exports, .. SystemLibraries(library).Select(ForShell)]
                    )
                    : "-L${prefix} " + ForShell("-l" + library.Name)
            )}}

            """;

    private static string CMakeConfiguration(ProductLibrary library) =>
        $$"""
            # find_package({{library.Name}} CONFIG) gives the target {{library.Name}}::{{library.Name}}.
            if(NOT TARGET {{library.Name}}::{{library.Name}})
              add_library({{library.Name}}::{{library.Name}} {{(library.IsStatic ? "STATIC" : "SHARED")}} IMPORTED)
              set_target_properties({{library.Name}}::{{library.Name}} PROPERTIES
                IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/{{ForCMake(library.FileName)}}"
                {{(library.IsStatic ? "INTERFACE_LINK_LIBRARIES" : "IMPORTED_SONAME")}} "{{(
                library.IsStatic ? string.Join(';', s_exports.Concat(SystemLibraries(library)).Select(ForCMake)) : ForCMake(library.FileName)
            )}}"
                INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_CURRENT_LIST_DIR}")
            endif()

            """;

    // A word of a line that is read as a shell reads it, after variables were put in: names come from a distribution's description too.
    private static string ForShell(string word) =>
        string.Concat(
            word.Select(c =>
                char.IsLetterOrDigit(c) || "-_./=,:+*".Contains(c) ? c.ToString()
                : c == '$' ? "\\$$"
                : "\\" + c
            )
        );

    // A part of a quoted argument that is a list.
    private static string ForCMake(string text) =>
        string.Concat(text.Select(c => c is '\\' or '"' or '$' or ';' ? "\\" + c : c.ToString()));

    private static IEnumerable<string> SystemLibraries(ProductLibrary library) => library.SystemLibraries.Select(name => "-l" + name);
}
