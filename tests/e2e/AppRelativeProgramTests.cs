using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Whole programs whose packages, standard library or script stand beside the product.</summary>
public sealed class AppRelativeProgramTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Numpy_beside_the_product_brings_its_libraries_and_is_moved_with_it()
    {
        using var packages = DebianPackages.Fetch("python3-numpy");
        _workspace.WriteApplication(
            """
            import importlib.metadata, numpy, os, sys
            print(numpy.linalg.solve(numpy.array([[3.0, 1.0], [1.0, 2.0]]), numpy.array([9.0, 8.0])).tolist(), numpy.abs(numpy.fft.fft(numpy.ones(8)))[0])
            here = os.path.dirname(sys.executable)
            mapped = {line.split()[-1] for line in open('/proc/self/maps') if '.so' in line}
            print(os.path.relpath(numpy.__file__, here), importlib.metadata.version('numpy') == numpy.__version__)
            print(sorted(os.path.relpath(path, here) for path in mapped if 'blas' in path or 'lapack' in path or 'gfortran' in path or 'multiarray_umath' in path))
            print(any('memfd' in path for path in mapped))
            """,
            more: $"""
            [[python_packages]]
            type = "package-root"
            path = "{packages.Site}"
            packages = ["numpy"]
            install_location = "app-relative:lib"
            """
        );
        var first = _workspace.Build();
        Assert.Empty(first.OwnWarnings());
        Assert.DoesNotContain(first.FileUsers, user => user.Package == "numpy");
        var moved = Path.Combine(_workspace.EmptyFolder(), "moved");
        Directory.Move(Path.GetDirectoryName(first.ProductPath)!, moved);
        var result = _workspace.Run(Path.Combine(moved, "app"));
        Assert.Equal("", result.Error);
        Assert.StartsWith(
            "[2.0, 3.0] 8.0\nlib/numpy/__init__.py True\n['lib/numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so', ",
            result.Output
        );
        Assert.Contains("'lib/shared.libs/libblas.so.3'", result.Output);
        Assert.EndsWith("\nFalse\n", result.Output);
        Assert.DoesNotContain("..", result.Output.Split('\n')[2]);
        Directory.Move(moved, Path.GetDirectoryName(first.ProductPath)!);
        var again = _workspace.Build();
        Assert.Empty(again.Executed);
        Assert.Equal(0, again.ProcessesStarted);
    }

    [Fact]
    public void The_standard_library_and_the_program_are_beside_the_product()
    {
        _workspace
            .WriteApplication(
                """
                import json, multiprocessing, os, sys, traceback, inspect, colorsys, encodings.idna, importlib.resources
                from app.work import double
                if __name__ == '__main__':
                    lib = os.path.join(os.path.dirname(sys.executable), 'lib')
                    print(__file__ == lib + '/app/__main__.py', __spec__.name, json.__file__ == lib + '/json/__init__.py', os.__file__ == lib + '/os.py', 'def join' in inspect.getsource(os.path))
                    print(encodings.__file__ == sys.executable + '/encodings/__init__.py', importlib.resources.files('app').joinpath('data.txt').read_text())
                    with multiprocessing.get_context('spawn').Pool(1) as pool:
                        print(pool.map(double, [21]))
                """
            )
            .Write("app/data.txt", "data")
            .Write("app/work.py", "def double(number):\n    return 2 * number\n");
        _workspace.Write(
            "oxidizer.toml",
            File.ReadAllText(_workspace["oxidizer.toml"])
                .Replace("type = \"stdlib\"", "type = \"stdlib\"\ninstall_location = \"app-relative:lib\"", StringComparison.Ordinal)
                .Replace("packages = [\"app\"]", "packages = [\"app\"]\ninstall_location = \"app-relative:lib\"", StringComparison.Ordinal)
        );
        var product = _workspace.Build();
        Assert.InRange(product.FilesBeside.Count, 1000, 3000);
        Assert.InRange(product.Resources.Bytes, 1, 4 << 20);
        var result = _workspace.Run(product.ProductPath);
        Assert.Equal(("True app.__main__ True True True\nTrue data\n[42]\n", ""), (result.Output, result.Error));
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void A_script_beside_the_product_finds_its_data_by_its_file_name()
    {
        _workspace
            .Write(
                "tool.py",
                "import os, sys\nprint(__name__, __file__ == os.path.join(os.path.dirname(sys.executable), 'scripts', 'tool.py'), __spec__)\n1 / 0\n"
            )
            .Write(
                "oxidizer.toml",
                $"""
                {Workspace.Distribution311}
                [build]
                application_name = "tool"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "script"
                path = "tool.py"
                install_location = "app-relative:scripts"
                [python_run]
                mode = "module"
                module = "__main__"
                """
            );
        var product = _workspace.Build();
        var result = _workspace.Run(product.ProductPath);
        Assert.Equal("__main__ True None\n", result.Output);
        Assert.Equal(
            $"Traceback (most recent call last):\n  File \"{Path.GetDirectoryName(product.ProductPath)}/scripts/tool.py\", line 3, in <module>\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n",
            result.Error
        );
    }

    [Fact]
    public void A_host_of_the_library_has_the_folder_beside_itself()
    {
        _workspace
            .WriteApplication("")
            .Write("parts/beside.py", "NAME = 'beside'\n")
            .Write(
                "host.c",
                """
                #include <pyembed.h>
                #include <stdio.h>
                int main(int argc, char **argv)
                {
                    if (pyembed_initialize(argc, argv) != 0 || pyembed_run_source("import beside; print(beside.__file__)") != 0) {
                        fprintf(stderr, "%s\n", pyembed_error());
                        return 1;
                    }
                    return pyembed_finalize();
                }
                """
            );
        _workspace.Write(
            "oxidizer.toml",
            File.ReadAllText(_workspace["oxidizer.toml"])
                .Replace("[build]", "[build]\noutput = \"shared-library\"", StringComparison.Ordinal)
                + """

                [[python_packages]]
                type = "package-root"
                path = "parts"
                packages = ["beside"]
                install_location = "app-relative:lib"
                [python_extensions]
                excludes = ["_gdbm", "_uuid"]
                """
        );
        var product = _workspace.Build();
        var folder = Path.GetDirectoryName(product.ProductPath)!;
        Assert.True(File.Exists(Path.Combine(folder, "lib/beside.py")));
        var host = Path.Combine(_workspace.EmptyFolder(), "host");
        var compiled = Workspace.Run(
            new Command("cc", ["-o", host, _workspace["host.c"], "-I" + folder, product.ProductPath, "-Wl,-rpath," + folder])
        );
        Assert.True(compiled.ExitCode == 0, compiled.Error);
        Assert.Contains("No module named 'beside'", _workspace.Run(host).Error);
        Directory.Move(Path.Combine(folder, "lib"), Path.Combine(Path.GetDirectoryName(host)!, "lib"));
        Assert.Equal($"{Path.GetDirectoryName(host)}/lib/beside.py\n", _workspace.Run(host).Output);
    }
}
