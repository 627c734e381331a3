using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Packed files answer as files of a file system that is mounted for reading.</summary>
public sealed class PackedFilesTests(PackedFilesProducts products) : IClassFixture<PackedFilesProducts>
{
    [MountFact]
    public void Every_function_that_takes_a_path_answers_as_for_a_file_system_that_is_mounted_for_reading()
    {
        var expected = products.AskPython();
        var actual = products.AskProduct(products.Executable);
        Assert.True(expected.Count(letter => letter == '\n') > 10_000, expected);
        var differences = PackedFilesProducts.Differences(expected, actual);
        Assert.True(differences.Length == 0, differences);
    }

    [MountFact]
    public void A_static_product_answers_the_same_to_all_but_dlopen()
    {
        string[] parts = ["opening", "status", "folders", "reading", "changing", "names", "started", "links"];
        var expected = products.AskPython(parts);
        Assert.Equal("", PackedFilesProducts.Differences(expected, products.AskProduct(products.Static, parts)));
    }

    [Fact]
    public void The_functions_that_the_sources_declare_are_defined_and_exported_and_no_others()
    {
        var declared = RuntimeSources.FileFunctionsOf(RuntimeSources.All);
        Assert.True(declared.Count > 100);
        Assert.Equal(declared, Exported(products.Executable).Where(name => declared.Contains(name)).Order(StringComparer.Ordinal));
        var added = Exported(products.Executable).Except(Exported(products.Without)).Order(StringComparer.Ordinal);
        Assert.Equal(declared, added);
    }

    [Fact]
    public void Without_the_layer_packed_paths_are_no_files_and_no_function_is_exported()
    {
        Assert.Empty(Exported(products.Without).Intersect(RuntimeSources.FileFunctionsOf(RuntimeSources.All)));
        var code =
            "import tree.module as m\ntry: open(m.__file__)\nexcept NotADirectoryError as e: print(e.errno, e.filename == m.__file__, m.VALUE)";
        Assert.Equal("20 True 42\n", products.Run(products.Without, "-c", code));
    }

    [Fact]
    public void A_static_product_exports_nothing() => Assert.Empty(Exported(products.Static));

    [Fact]
    public void In_a_shared_library_its_own_code_sees_packed_files_and_its_host_does_not()
    {
        var library = products.Build("shared", "[python_extensions]\nexcludes = [\"_gdbm\", \"_uuid\"]", "shared-library").ProductPath;
        var folder = Path.GetDirectoryName(library)!;
        var workspace = products.Workspace.Write(
            "host.c",
            """
            #include "pyembed.h"
            #include <errno.h>
            #include <stdio.h>
            #include <unistd.h>
            int main(int argc, char **argv) {
                char path[4096] = "";
                long size = readlink("/proc/self/exe", path, 4000);
                if (size < 0 || pyembed_initialize(argc, argv) != 0) return 98;
                int result = pyembed_run_source(
                    "import tree.module as m, os, sqlite3, subprocess\n"
                    "root = os.path.dirname(m.__file__)\n"
                    "print(open(m.__file__).readline(), sorted(os.listdir(root + '/hollow')), os.stat(root + '/data/one').st_size, end=' ')\n"
                    "print(sqlite3.connect(f'file:{root}/data/data.db?mode=ro', uri=True).execute('select count(*) from numbers').fetchall(), end=' ')\n"
                    "print(subprocess.run([root + '/lib/helper', 'x'], capture_output=True).stdout, flush=True)");
                sprintf(path + size, "/tree/module.py");
                FILE *file = fopen(path, "r");
                printf("%d %d\n", result, file == NULL && errno == ENOTDIR);
                return 0;
            }
            """
        );
        products.Run("cc", workspace["host.c"], "-I" + folder, library, "-Wl,-rpath," + folder, "-o", workspace["host"]);
        Assert.Equal("import sys\n ['within'] 1 [(1000,)] b'helper 2 x \\n'\n0 1\n", products.Run(workspace["host"]));
        Assert.Empty(Exported(library).Intersect(RuntimeSources.FileFunctionsOf(RuntimeSources.All)));
    }

    private static IReadOnlyList<string> Exported(string product) =>
        [
            .. Workspace
                .Run(new Command("readelf", ["-W", "--dyn-syms", product]))
                .Output.Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(parts => parts.Length >= 8 && parts[6] != "UND" && parts[4] is "GLOBAL" or "WEAK" && parts[3] is "FUNC" or "NOTYPE")
                .Select(parts => parts[7].Split('@')[0]),
        ];
}
