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
        Assert.Equal("", PackedFilesProducts.Differences(expected, actual));
    }

    [MountFact]
    public void A_static_product_answers_the_same_but_loads_no_library()
    {
        string[] parts = ["opening", "status", "folders", "reading", "changing", "started"];
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
