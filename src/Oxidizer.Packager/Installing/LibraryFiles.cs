using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Linking;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.Packager.Installing;

/// <summary>
/// What a C program needs beside a library: <c>pyembed.h</c>, <c>&lt;name&gt;.pc</c> for pkg-config, and <c>&lt;name&gt;-config.cmake</c>.
/// They find the library in their own
/// folder, wherever it is moved to.
/// </summary>
internal static class LibraryFiles
{
    // Extension modules in the resources look CPython's functions up in the executable that hosts a static library.
    private static readonly string[] s_exports = ["-Wl,--export-dynamic-symbol=Py*", "-Wl,--export-dynamic-symbol=_Py*"];

    /// <summary>Writes those that differ; an executable has none.</summary>
    /// <exception cref="Diagnostics.EnvironmentFailureException">One cannot be written.</exception>
    public static void Prepare(LinkPlan plan, string name, Installation installation)
    {
        if (plan.Output == ProductOutput.Executable)
            return;
        Write("pyembed.h", RuntimeSources.All.First(source => source.Path == "pyembed/pyembed.h").Content);
        Write(name + ".pc", Encoding.UTF8.GetBytes(PackageConfiguration(plan, name)));
        Write(name + "-config.cmake", Encoding.UTF8.GetBytes(CMakeConfiguration(plan, name)));

        void Write(string file, byte[] content)
        {
            try
            {
                if (Occupants.Holds(installation.PathOf(file), content))
                    return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw installation.Untouched(file, exception);
            }
            installation.Write(file, content, durable: true);
        }
    }

    // Pkg-config escapes what is special in the folder's name itself; pkgconf 1.8 does so in options alone, and not in the path of an
    // archive.
    private static string PackageConfiguration(LinkPlan plan, string name) =>
        $$"""
            prefix=${pcfiledir}

            Name: {{name}}
            Description: {{name}}, a Python program with CPython {{plan.Distribution.Version}} as a library
            Version: {{plan.Distribution.Version}}
            Cflags: -I${prefix}
            Libs: {{(
                IsStatic(plan)
                    ? string.Join(
                        ' ',
                        ["-L${prefix}", "-l:" + ForShell(plan.FileName), .. s_exports, .. SystemLibraries(plan).Select(ForShell)]
                    )
                    : "-L${prefix} " + ForShell("-l" + name)
            )}}

            """;

    private static string CMakeConfiguration(LinkPlan plan, string name) =>
        $$"""
            # find_package({{name}} CONFIG) gives the target {{name}}::{{name}}.
            if(NOT TARGET {{name}}::{{name}})
              add_library({{name}}::{{name}} {{(IsStatic(plan) ? "STATIC" : "SHARED")}} IMPORTED)
              set_target_properties({{name}}::{{name}} PROPERTIES
                IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/{{ForCMake(plan.FileName)}}"
                {{(IsStatic(plan) ? "INTERFACE_LINK_LIBRARIES" : "IMPORTED_SONAME")}} "{{(
                IsStatic(plan) ? string.Join(';', s_exports.Concat(SystemLibraries(plan)).Select(ForCMake)) : ForCMake(plan.FileName)
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

    private static bool IsStatic(LinkPlan plan) => plan.Output == ProductOutput.StaticLibrary;

    private static IEnumerable<string> SystemLibraries(LinkPlan plan) => plan.SystemLibraries.Select(library => "-l" + library);
}
