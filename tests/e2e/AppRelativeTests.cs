using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary><c>install_location = "app-relative:lib"</c>: real files beside the product, which it finds wherever both are moved.</summary>
public sealed class AppRelativeTests(AppRelativeProduct product) : IClassFixture<AppRelativeProduct>
{
    // What importlib's own path finder gives, said by both.
    private const string Names = """
        import beside, beside.sub, beside.native, single, alone.deep.four, inspect, linecache, pkgutil, importlib.resources as resources, importlib.metadata as metadata, importlib.util, runpy, traceback, doctest
        for module in beside, beside.sub, beside.native, single, alone.deep.four:
            spec = module.__spec__
            print(module.__name__, module.__file__, getattr(module, '__cached__', None), getattr(module, '__path__', None), type(module.__loader__).__name__, spec.origin, spec.cached, spec.parent, spec.has_location)
        print(list(alone.__path__), list(alone.deep.__path__), beside.TABLE, beside.native.ANSWER)
        print(type(resources.files('beside')).__name__, resources.files(beside).joinpath('data/table.txt').read_text(), sorted(item.name for item in resources.files('beside').iterdir()))
        print(type(resources.files('alone')).__name__, resources.files('alone').joinpath('note.txt').read_text())
        with resources.as_file(resources.files('beside') / 'data' / 'table.txt') as path:
            print(path)
        print(pkgutil.get_data('beside', 'data/table.txt'), [item.name for item in pkgutil.walk_packages(beside.__path__, 'beside.')], [item.name for item in pkgutil.walk_packages(alone.__path__, 'alone.')])
        print(inspect.getsource(beside.sub.fails), inspect.getfile(beside.sub), linecache.getline(beside.sub.__file__, 2), beside.sub.fails.__code__.co_filename)
        try:
            beside.sub.fails()
        except ValueError:
            print(traceback.format_exc())
        found = metadata.distribution('beside')
        print(type(found).__name__, found.version, found.requires, [str(file) for file in found.files], found.locate_file('beside/sub.py'), metadata.entry_points(group='things')['fail'].load() is beside.sub.fails)
        print([item.metadata['Name'] for item in metadata.Distribution.discover(path=[str(found.locate_file(''))])], found.read_text('RECORD')[:10])
        print(runpy.run_module('single')['NAME'], importlib.util.find_spec('beside.none'), importlib.reload(single) is single, importlib.util.find_spec('space.two').origin)
        try:
            import beside.none
        except ModuleNotFoundError as error:
            print(error, error.name)
        """;

    [Fact]
    public void Names_loaders_resources_metadata_and_tracebacks_are_those_of_cpythons_own_path_finder()
    {
        var lib = Path.Combine(product.Folder, "lib");
        var expected = Workspace.Run(
            new Command(
                product.Distribution.PathOf(product.Distribution.Executable),
                [
                    "-I",
                    "-B",
                    "-c",
                    $"import sys; sys.path.insert(0, {Quote(lib)})\nexec(compile(sys.argv[1], '<code>', 'exec'), {{'__name__': 'code'}})",
                    Names,
                ]
            )
            {
                // The interpreter of an archive has no such service: the extension module's library is found as a user of python3 would
                // have it
                // found.
                Environment = new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = Path.Combine(lib, "beside", "libs") },
            }
        );
        Assert.Equal(("", 0), (expected.Error, expected.ExitCode));
        var actual = product.Run(product.Result.ProductPath, Names);
        Assert.Equal("", actual.Error);
        Assert.Equal(Frameless(expected.Output), Frameless(actual.Output));
        Assert.Contains(
            $"beside.sub {lib}/beside/sub.py {lib}/beside/__pycache__/sub.cpython-311.pyc None SourceFileLoader",
            actual.Output
        );
    }

    [Fact]
    public void Product_and_folder_are_moved_together_and_found_through_a_link()
    {
        var copy = product.Copy();
        var link = Path.Combine(product.Workspace.EmptyFolder(), "linked");
        File.CreateSymbolicLink(link, copy);
        // A folder of that name beside the link, in the working directory and in the environment is not looked at.
        foreach (var folder in new[] { Path.GetDirectoryName(link)!, product.Workspace.EmptyFolder() })
        {
            Directory.CreateDirectory(Path.Combine(folder, "lib"));
            File.WriteAllText(Path.Combine(folder, "lib", "single.py"), "raise SystemExit('another')");
            var result = Workspace.Run(
                new Command(link, ["import single; print(single.__file__)"])
                {
                    WorkingDirectory = folder,
                    Environment = new Dictionary<string, string?> { ["PYTHONPATH"] = Path.Combine(folder, "lib"), ["PYTHONHOME"] = folder },
                }
            );
            Assert.Equal(($"{Path.GetDirectoryName(copy)}/lib/single.py\n", ""), (result.Output, result.Error));
        }
    }

    [Fact]
    public void A_namespace_package_has_parts_in_the_product_and_beside_it()
    {
        const string Code = """
            import space.one, space.two, space.inner.three, space.inner.five, pkgutil, importlib.resources as resources, sys, os
            lib = os.path.join(os.path.dirname(sys.executable), 'lib')
            print(list(space.__path__) == [sys.executable + '/space', lib + '/space'], space.one.NAME, space.two.NAME, space.inner.three.NAME, space.inner.five.NAME)
            print(space.two.__file__ == lib + '/space/two.py', space.one.__file__ == sys.executable + '/space/one.py')
            print(sorted({item.name for item in pkgutil.iter_modules(space.__path__)}), [item.name for item in pkgutil.walk_packages(space.inner.__path__, 'space.inner.')])
            files = resources.files('space')
            print(files.joinpath('data.txt').read_text(), sorted(item.name for item in files.iterdir()), sorted(item.name for item in files.joinpath('inner').iterdir()))
            print('single' in [item.name for item in pkgutil.iter_modules()], 'space.none' in sys.modules)
            """;
        var result = product.Run(product.Result.ProductPath, Code);
        Assert.Equal("", result.Error);
        Assert.Equal(
            """
            True one two three five
            True True
            ['one', 'two'] ['space.inner.five', 'space.inner.three']
            of the disk
             ['__pycache__', 'data.txt', 'inner', 'one.py', 'two.py'] ['__pycache__', 'five.py', 'three.py']
            True False

            """,
            result.Output
        );
    }

    [Fact]
    public void Code_without_sources_is_beside_too()
    {
        Assert.Equal(["code/bare/bare/__init__.pyc", "code/bare/bare/part.pyc"], Files("code"));
        var result = product.Run(
            product.Result.ProductPath,
            "import bare, inspect; print(bare.__doc__, bare.part.where(), type(bare.__loader__).__name__, bare.__loader__.get_source('bare'))"
        );
        Assert.Equal(($"None {product.Folder}/code/bare/bare/part.pyc SourcelessFileLoader None\n", ""), (result.Output, result.Error));
    }

    [Fact]
    public void An_import_looks_at_its_own_file_alone_and_at_no_other_that_lies_there()
    {
        var copy = product.Copy();
        var folder = Path.GetDirectoryName(copy)!;
        File.WriteAllText(Path.Combine(folder, "lib", "foreign.py"), "raise SystemExit('foreign')");
        var trace = product.Workspace[$"trace-{Guid.NewGuid():N}"];
        var result = Workspace.Run(
            new Command(
                "strace",
                [
                    "-f",
                    "-y",
                    "-e",
                    "trace=%file,getdents64",
                    "-o",
                    trace,
                    copy,
                    "import beside.sub, single\ntry:\n    import foreign\nexcept ModuleNotFoundError as error:\n    print(error)",
                ]
            )
            {
                WorkingDirectory = product.Workspace.EmptyFolder(),
            }
        );
        Assert.Equal(("No module named 'foreign'\n", ""), (result.Output, result.Error));
        var calls = File.ReadAllLines(trace).Where(line => line.Contains(folder + "/lib", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(
            calls,
            line => line.Contains(" = -1 ", StringComparison.Ordinal) || line.Contains("getdents", StringComparison.Ordinal)
        );
        // Looked at, looked at by the loader, opened with its code: for each of three modules; the third opens its table, too.
        Assert.Equal(
            3,
            calls.Count(line => line.Contains("openat", StringComparison.Ordinal) && line.Contains(".pyc\"", StringComparison.Ordinal))
        );
        Assert.InRange(calls.Count(line => line.Contains(".py\"", StringComparison.Ordinal)), 3, 7);
    }

    [Fact]
    public void Nothing_is_written_when_it_runs_and_a_read_only_folder_serves()
    {
        var copy = product.Copy();
        var folder = Path.GetDirectoryName(copy)!;
        Assert.Equal(0, Workspace.Run(new Command("chmod", ["-R", "a-w", folder])).ExitCode);
        var before = Snapshot(folder);
        var result = product.Run(
            copy,
            "import beside, alone.deep.four, bare\nprint(beside.native.ANSWER if hasattr(beside, 'native') else __import__('beside.native').native.ANSWER)"
        );
        Assert.Equal(("42\n", ""), (result.Output, result.Error));
        Assert.Equal(before, Snapshot(folder));
        Assert.Equal(0, Workspace.Run(new Command("chmod", ["-R", "u+w", folder])).ExitCode);
    }

    [Theory]
    [InlineData("lib", "", "beside", "ModuleNotFoundError: No module named 'beside'")]
    [InlineData("lib", "", "alone.deep.four", "ModuleNotFoundError: No module named 'alone'")]
    [InlineData("lib", "", "space.two", "ModuleNotFoundError: No module named 'space.two'")]
    [InlineData("lib", "", "space.one", "")]
    [InlineData("lib/single.py", "", "single", "ModuleNotFoundError: No module named 'single'")]
    [InlineData("lib/__pycache__/single.cpython-311.pyc", "", "single", "")]
    [InlineData("lib/__pycache__/single.cpython-311.pyc", "7", "single", "")]
    [InlineData("lib/__pycache__/single.cpython-311.pyc", "20", "single", "EOFError: marshal data too short")]
    [InlineData("code/bare/bare/__init__.pyc", "7", "bare", "EOFError: reached EOF while reading pyc header of 'bare'")]
    [InlineData("code/bare/bare/__init__.pyc", "30", "bare", "EOFError: marshal data too short")]
    [InlineData("code/bare/bare/part.pyc", "", "bare", "ImportError: cannot import name 'part' from partially initialized module 'bare'*")]
    [InlineData("lib/beside/native.abi3.so", "", "beside.native", "ModuleNotFoundError: No module named 'beside.native'")]
    [InlineData("lib/beside/native.abi3.so", "20", "beside.native", "ImportError: */lib/beside/native.abi3.so: file too short")]
    [InlineData(
        "lib/beside/libs/libhelper.so",
        "",
        "beside.native",
        "ImportError: libhelper.so: cannot open shared object file: No such file or directory"
    )]
    [InlineData("lib/beside/libs/libhelper.so", "20", "beside.native", "ImportError: */lib/beside/libs/libhelper.so: file too short")]
    [InlineData(
        "lib/beside/data/table.txt",
        "",
        "beside",
        "FileNotFoundError: [[]Errno 2] No such file or directory: '*/lib/beside/data/table.txt'"
    )]
    public void What_is_missing_or_truncated_gives_cpythons_own_error(string path, string length, string module, string error)
    {
        var copy = product.Copy();
        var victim = Path.Combine(Path.GetDirectoryName(copy)!, path);
        if (Directory.Exists(victim))
            Directory.Delete(victim, recursive: true);
        else if (length.Length == 0)
            File.Delete(victim);
        else
        {
            using var stream = File.OpenWrite(victim);
            stream.SetLength(int.Parse(length));
        }
        var result = product.Run(copy, $"import {module}");
        var last = result.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.True(
            error.Length == 0
                ? last.Length == 0
                : System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(
                    error.Replace("[[]", "[", StringComparison.Ordinal),
                    last,
                    ignoreCase: false
                ),
            result.Error
        );
        Assert.Equal(error.Length == 0 ? 0 : 1, result.ExitCode);
    }

    [Fact]
    public void The_importers_own_view_has_the_relative_paths()
    {
        const string Code = """
            import sys, oxidized_importer as o
            finder = next(item for item in sys.meta_path if isinstance(item, o.OxidizedFinder))
            known = {item.name: item for item in finder.indexed_resources()}
            print(known['single'].relative_path_module_source, known['single'].relative_path_module_bytecode, known['single'].in_memory_source)
            print(known['bare'].relative_path_module_bytecode_opt2, known['beside.native'].relative_path_extension_module_shared_library)
            print(known['beside.data'].relative_path_package_resources['table.txt'])
            other = o.OxidizedFinder()
            other.index_bytes(finder.serialize_indexed_resources())
            print(other.find_spec('beside').submodule_search_locations == finder.find_spec('beside').submodule_search_locations, other.find_spec('bare').origin == finder.find_spec('bare').origin)
            print(finder.get_source('single'), finder.get_filename('single') == finder.find_spec('single').origin, finder.is_package('beside'), type(finder.get_resource_reader('beside')).__name__, finder.get_code('single').co_filename == finder.get_filename('single'))
            added = o.OxidizedResource()
            added.name, added.is_module, added.relative_path_module_source = 'again', True, 'lib/single.py'
            finder.add_resource(added)
            import again
            print(again.NAME, again.__file__ == finder.get_filename('single'))
            """;
        var result = product.Run(product.Result.ProductPath, Code);
        Assert.Equal("", result.Error);
        Assert.Equal(
            """
            lib/single.py lib/__pycache__/single.cpython-311.pyc None
            code/bare/bare/__init__.pyc lib/beside/native.abi3.so
            lib/beside/data/table.txt
            True True
            NAME = __name__
             True True FileReader True
            again True

            """,
            result.Output
        );
    }

    [Fact]
    public void The_result_names_the_folders_and_who_uses_file_names_in_memory_only()
    {
        Assert.Equal(["lib", "code/bare"], product.Result.FilesBeside.Folders);
        var files = Files("lib").Concat(Files("code")).ToList();
        Assert.Equal(files.Count, product.Result.FilesBeside.Count);
        Assert.Equal(files.Sum(file => new FileInfo(Path.Combine(product.Folder, file)).Length), product.Result.FilesBeside.Bytes);
        Assert.Contains("\"files_beside\"", File.ReadAllText(product.Result.ResultPath));
        Assert.DoesNotContain(product.Result.FileUsers, user => user.Package is "beside" or "bare");
        Assert.Empty(product.Result.OwnWarnings());
        var check = Workspace.Run(
            new Command("sha256sum", ["--check", "--strict", "--quiet", "app.files"]) { WorkingDirectory = product.Folder }
        );
        Assert.Equal((0, ""), (check.ExitCode, check.Output + check.Error));
        Assert.Equal(ExecutableMode, File.GetUnixFileMode(Path.Combine(product.Folder, "lib/beside/data/tool.sh")));
        Assert.All(
            files.Where(file => !file.EndsWith("tool.sh", StringComparison.Ordinal)),
            file => Assert.Equal(Cache.ActionOutput.PlainFile, File.GetUnixFileMode(Path.Combine(product.Folder, file)))
        );
    }

    // The header says: a hash that nobody compares. Still it is the right one, for those who ask Python to compare it.
    [Fact]
    public void Bytecode_has_the_hash_of_its_source_and_needs_no_time_stamp()
    {
        var copy = product.Copy();
        var lib = Path.Combine(Path.GetDirectoryName(copy)!, "lib");
        var result = Workspace.Run(
            new Command(
                product.Distribution.PathOf(product.Distribution.Executable),
                [
                    "-I",
                    "-B",
                    "-v",
                    "--check-hash-based-pycs",
                    "always",
                    "-c",
                    $"import sys; sys.path.insert(0, {Quote(lib)}); import single, beside.sub",
                ]
            )
        );
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"# {lib}/__pycache__/single.cpython-311.pyc matches {lib}/single.py", result.Error);
        Assert.Contains($"# {lib}/beside/__pycache__/sub.cpython-311.pyc matches {lib}/beside/sub.py", result.Error);
    }

    private static UnixFileMode ExecutableMode => Cache.ActionOutput.Executable;

    private List<string> Files(string folder) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(product.Folder, folder), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(product.Folder, file))
                .Order(StringComparer.Ordinal),
        ];

    private static string Quote(string path) => $"'{path}'";

    // `exec` stands in another file in each, and the plain interpreter marks the line of `-c`.
    private static string Frameless(string output) =>
        string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("  File \"<", StringComparison.Ordinal)));

    private static string Snapshot(string folder) =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O} {(File.Exists(path) ? new FileInfo(path).Length : 0)}")
        );
}
