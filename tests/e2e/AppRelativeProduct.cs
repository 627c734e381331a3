using Oxidizer.Packager.Distributions;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>
/// A product that runs the code of its first argument, with packages in <c>lib</c> beside it: a regular one with data, a native module, and
/// metadata; namespace packages; and one
/// without sources in <c>bare</c>.
/// </summary>
public sealed class AppRelativeProduct : IDisposable
{
    public AppRelativeProduct()
    {
        Distribution = DistributionArchive.Unpacked311();
        Workspace
            .WriteApplication(
                "import sys\nexec(compile(sys.argv[1], '<code>', 'exec'), {'__name__': 'code'})\n",
                more: """
                [[python_packages]]
                type = "package-root"
                path = "parts"
                packages = ["beside", "single", "space", "alone"]
                install_location = "app-relative:lib"
                [[python_packages]]
                type = "package-root"
                path = "embedded"
                packages = ["space"]
                [[python_packages]]
                type = "package-root"
                path = "sourceless"
                packages = ["bare"]
                include_source = false
                optimize_level = 2
                install_location = "app-relative:code/bare"
                """
            )
            .Write(
                "parts/beside/__init__.py",
                "from . import sub\nfrom os.path import dirname, join\nTABLE = open(join(dirname(__file__), 'data', 'table.txt')).read()\n"
            )
            .Write("parts/beside/sub.py", "def fails():\n    raise ValueError('on purpose')  # told\n")
            .Write("parts/beside/data/table.txt", "rows\n")
            .WriteProgram("parts/beside/data/tool.sh", "#!/bin/sh\necho tool\n")
            .Write("parts/single.py", "NAME = __name__\n")
            .Write("parts/space/two.py", "NAME = 'two'\n")
            .Write("parts/space/data.txt", "of the disk\n")
            .Write("parts/space/inner/three.py", "NAME = 'three'\n")
            .Write("parts/alone/deep/four.py", "NAME = 'four'\n")
            .Write("parts/alone/note.txt", "alone\n")
            .Write("embedded/space/one.py", "NAME = 'one'\n")
            .Write("embedded/space/inner/five.py", "NAME = 'five'\n")
            .Write("sourceless/bare/__init__.py", "'''Documented.'''\nassert False\nfrom bare import part\n")
            .Write("sourceless/bare/part.py", "def where():\n    return __file__\n")
            .Write("parts/beside-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: beside\nVersion: 1.5\nRequires-Dist: other\n")
            .Write("parts/beside-1.5.dist-info/RECORD", "beside/__init__.py,,\nbeside/sub.py,,\nbeside-1.5.dist-info/METADATA,,\n")
            .Write("parts/beside-1.5.dist-info/entry_points.txt", "[things]\nfail = beside.sub:fails\n");
        CompileNative();
        Result = Workspace.Build();
    }

    public Workspace Workspace { get; } = new();

    internal Distribution Distribution { get; }

    public BuildResult Result { get; }

    public string Folder => Path.GetDirectoryName(Result.ProductPath)!;

    /// <summary>A product and its folders, elsewhere.</summary>
    public string Copy()
    {
        var folder = Workspace.EmptyFolder();
        Assert.Equal(
            0,
            Workspace
                .Run(new Command("cp", ["-a", Result.ProductPath, Path.Combine(Folder, "lib"), Path.Combine(Folder, "code"), folder]))
                .ExitCode
        );
        return Path.Combine(folder, "app");
    }

    internal CommandResult Run(string program, string code) => Workspace.Run(program, code);

    public void Dispose() => Workspace.Dispose();

    // `native` needs a library that no search path of its own leads to.
    private void CompileNative()
    {
        Workspace
            .Write("helper.c", "int helper(void) { return 42; }\n")
            .Write(
                "native.c",
                """
                #include <Python.h>
                int helper(void);
                static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "native"};
                PyMODINIT_FUNC PyInit_native(void)
                {
                    PyObject *module = PyModule_Create(&definition);
                    if (module != NULL) {
                        PyModule_AddIntConstant(module, "ANSWER", helper());
                    }
                    return module;
                }
                """
            );
        Directory.CreateDirectory(Workspace["parts/beside/libs"]);
        var library = Workspace["parts/beside/libs/libhelper.so"];
        string[][] commands =
        [
            ["-shared", "-fPIC", Workspace["helper.c"], "-Wl,-soname,libhelper.so", "-o", library],
            [
                "-shared",
                "-fPIC",
                "-isystem",
                Distribution.PathOf(Distribution.IncludeDirectory),
                Workspace["native.c"],
                library,
                "-o",
                Workspace["parts/beside/native.abi3.so"],
            ],
        ];
        foreach (var arguments in commands)
        {
            var result = Workspace.Run(new Command("cc", arguments));
            Assert.True(result.ExitCode == 0, result.Error);
        }
    }
}
