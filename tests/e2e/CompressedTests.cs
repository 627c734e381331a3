using System.Security.Cryptography;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary><c>[packing] compress</c>: sources and resources are smaller in the product, and the same for the program.</summary>
public sealed class CompressedTests : IDisposable
{
    // What asks for a source or a resource, each in its own way. The last line raises from a function of the module.
    private const string Main = """
        import doctest, importlib.metadata, importlib.resources, inspect, linecache, os, pkgutil, sys, textwrap
        import app, app.story
        source = inspect.getsource(app.story)
        print(source == app.story.__loader__.get_source('app.story'), len(source), source.count('café'))
        print(inspect.getsource(textwrap.dedent).splitlines()[0], len(linecache.getlines(textwrap.__file__)) > 400)
        words = pkgutil.get_data('app', 'data/words.txt')
        print(len(words), words == (importlib.resources.files('app') / 'data/words.txt').read_bytes(), words[:5], words[-6:])
        print(pkgutil.get_data('app', 'data/noise.bin') == bytes(i * i * 2654435761 >> 13 & 255 for i in range(4096)), pkgutil.get_data('app', 'data/empty'))
        print(sorted(item.name for item in (importlib.resources.files('app') / 'data').iterdir()), doctest.testmod(app.story).attempted)
        with importlib.resources.as_file(importlib.resources.files('app') / 'data/words.txt') as path:
            print(path.read_bytes() == words)
        app.story.fail()
        """;

    private static readonly string s_story =
        string.Concat(Enumerable.Range(0, 200).Select(number => $"# Zwölf Wörter im café, {number:000}\n"))
        + "def fail():\n    \"\"\"\n    >>> 1 + 1\n    2\n    \"\"\"\n    raise ValueError('the end')  # of the café\n";

    private static readonly string s_words = string.Concat(Enumerable.Range(0, 10000).Select(number => $"word {number * 2 + 1}\n"));

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    public static TheoryData<string, string, string> Products =>
        new()
        {
            { "zstd", Workspace.Distribution311, "" },
            { "zstd", Workspace.Distribution313, "" },
            { "zstd", Workspace.Distribution311, "[toolchain]\nstatic = true" },
            { "zstd", Workspace.Distribution311, "[python_extensions]\nexcludes = [\"zlib\"]" },
            { "zlib", Workspace.Distribution311, "" },
            { "zlib", Workspace.Distribution313, "[toolchain]\nstatic = true" },
            { "zlib", Workspace.Distribution311, "[python_extensions]\nexcludes = [\"zlib\"]" },
        };

    [Theory]
    [MemberData(nameof(Products))]
    public void A_compressed_product_gives_every_source_and_resource_as_it_was(string codec, string distribution, string more)
    {
        var result = _workspace.Run(Write(distribution, $"[packing]\ncompress = \"{codec}\"\n{more}").Build().ProductPath);
        Assert.Equal(
            $"""
            True {s_story.Length} 201
            def dedent(text): True
            {s_words.Length} True b'word ' b'19999\n'
            True b''
            ['empty', 'noise.bin', 'words.txt'] 1
            True

            """,
            result.Output
        );
        Assert.Contains("story.py\", line 206, in fail\n    raise ValueError('the end')  # of the café\n", result.Error);
        Assert.EndsWith("ValueError: the end\n", result.Error);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public void Zstd_makes_a_product_smaller_than_zlib_does_and_this_one_smaller_than_none()
    {
        var sizes = new[] { "zstd", "zlib", "none" }
            .Select(codec => Write(Workspace.Distribution311, $"[packing]\ncompress = \"{codec}\"").Build().Resources.Bytes)
            .ToList();
        Assert.Equal(sizes.Order(), sizes);
        Assert.InRange(sizes[1], sizes[0] + 1, sizes[2] - (8 << 20));
    }

    [Fact]
    public void A_library_that_was_compiled_for_a_fixed_address_is_refused_with_the_way_out()
    {
        _workspace.Write("fixed.c", "int table[9];\nint *ZSTD_decompress(long at) { return table + at; }\n");
        foreach (
            var command in new[]
            {
                new Command("gcc", ["-fno-pie", "-O1", "-c", _workspace["fixed.c"], "-o", _workspace["fixed.o"]]),
                new Command("ar", ["rcs", _workspace["libzstd.a"], _workspace["fixed.o"]]),
            }
        )
            Assert.Equal(0, Workspace.Run(command).ExitCode);
        Write(Workspace.Distribution311, $"[packing]\ncompress = \"zstd\"\n[toolchain]\nldflags = [\"-L{_workspace.Folder}\"]");
        var failure = Assert.Throws<Packager.Diagnostics.BuildFailedException>(() => _workspace.Build());
        Assert.Contains(
            $"error OXI0509: `{_workspace["libzstd.a"]}` was compiled for a fixed address, and can be part of no product; name the folder of one",
            failure.Message
        );
    }

    [Theory]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public void Real_files_of_a_compressed_product_are_whole(string codec)
    {
        Write(Workspace.Distribution311, $"[packing]\ncompress = \"{codec}\"\n[python_config]\nmodule_file = \"filesystem\"");
        _workspace.Write(
            "app/__main__.py",
            """
            import hashlib, pathlib, app, app.story
            folder = pathlib.Path(app.__file__).parent
            print((folder / 'story.py').read_text() == app.story.__loader__.get_source('app.story'), hashlib.sha256((folder / 'data/words.txt').read_bytes()).hexdigest())
            """
        );
        var product = _workspace.Build().ProductPath;
        var words = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_workspace["app/data/words.txt"])));
        var result = Workspace.Run(
            new Command(product, [])
            {
                ClearEnvironment = true,
                Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = _workspace.EmptyFolder() },
            }
        );
        Assert.Equal(($"True {words}\n", ""), (result.Output, result.Error));
    }

    [Theory]
    [InlineData("static-library", "zstd")]
    [InlineData("shared-library", "zstd")]
    [InlineData("shared-library", "zlib")]
    public void A_library_for_C_programs_reads_what_is_compressed_and_shows_no_symbol_of_the_decoder(string output, string codec)
    {
        Write(Workspace.Distribution311, $"[packing]\ncompress = \"{codec}\"\n[python_extensions]\nexcludes = [\"_gdbm\", \"_uuid\"]");
        var configuration = File.ReadAllText(_workspace["oxidizer.toml"]);
        _workspace.Write("oxidizer.toml", configuration.Replace("[build]", $"[build]\noutput = \"{output}\"", StringComparison.Ordinal));
        _workspace.Write(
            "host.c",
            """
            #include "pyembed.h"
            #include <stdio.h>
            int main(void) {
                if (pyembed_initialize(0, NULL) < 0 || pyembed_run_source("import pkgutil, app.story, inspect\nprint(len(pkgutil.get_data('app', 'data/words.txt')), len(inspect.getsource(app.story)))") < 0) {
                    puts(pyembed_error());
                    return 3;
                }
                return pyembed_finalize();
            }
            """
        );
        var product = _workspace.Build().ProductPath;
        var folder = Path.GetDirectoryName(product)!;
        var flags = Workspace
            .Run(
                new Command("pkg-config", ["--cflags", "--libs", "app"])
                {
                    Environment = new Dictionary<string, string?> { ["PKG_CONFIG_PATH"] = folder },
                }
            )
            .Output;
        var compiled = Workspace.Run(
            new Command(
                "cc",
                [_workspace["host.c"], "-o", _workspace["host"], .. flags.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)]
            )
        );
        Assert.True(compiled.ExitCode == 0, compiled.Error);
        var result = Workspace.Run(
            new Command(_workspace["host"], []) { Environment = new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = folder } }
        );
        Assert.Equal(($"{s_words.Length} {s_story.Length}\n", "", 0), (result.Output, result.Error, result.ExitCode));
        var symbols = Workspace
            .Run(new Command("nm", output == "static-library" ? ["-g", "--defined-only", product] : ["-D", "--defined-only", product]))
            .Output;
        Assert.Contains("pyembed_initialize", symbols);
        Assert.DoesNotContain("ZSTD_", symbols);
        Assert.DoesNotContain("uncompress", symbols);
    }

    private Workspace Write(string distribution, string more)
    {
        _workspace
            .WriteApplication(Main, more: more, distribution: distribution)
            .Write("app/story.py", s_story)
            .Write("app/data/words.txt", s_words)
            .Write("app/data/empty", "");
        File.WriteAllBytes(
            _workspace["app/data/noise.bin"],
            [.. Enumerable.Range(0, 4096).Select(number => (byte)((long)number * number * 2654435761 >> 13))]
        );
        return _workspace;
    }
}
