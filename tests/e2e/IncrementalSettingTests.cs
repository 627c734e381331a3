namespace Oxidizer.EndToEnd.Tests;

/// <summary>A setting of each table of the configuration, and which actions run when it is changed.</summary>
[Collection("private cache")]
public sealed class IncrementalSettingTests(PrivateCache cache) : IDisposable
{
    private const string Repacked = "pack 1, link 1, install 1";

    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("[build]", "application_name = \"app\"", "application_name = \"other\"", Repacked)]
    // The runtime is linked again, and the resources are spliced into it.
    [InlineData("[build]", "", "strip = false", "link 2, install 1")]
    [InlineData("[python_config]", "", "sys_frozen = true", Repacked)]
    [InlineData("[python_config]", "", "warnings = [\"error\"]", Repacked)]
    [InlineData("[python_extensions]", "", "excludes = [\"_uuid\"]", "compile_object 1, pack 1, link 2, install 1")]
    [InlineData("[[python_packages]]\ntype = \"package-root\"", "", "optimize_level = 2", "compile_bytecode 4, pack 1, link 1, install 1")]
    [InlineData("[[python_packages]]\ntype = \"package-root\"", "", "include_source = false", Repacked)]
    [InlineData("[[python_packages]]\ntype = \"package-root\"", "", "excludes = [\"app.unused\"]", Repacked)]
    [InlineData("[python_run]", "mode = \"module\"\nmodule = \"app\"", "mode = \"eval\"\ncode = \"print(1)\"", Repacked)]
    [InlineData("[packing]", "", "order = \"name\"", Repacked)]
    [InlineData("[toolchain]", "", "ldflags = [\"-Wl,--hash-style=both\"]", "link 2, install 1")]
    public void A_changed_setting_runs_what_depends_on_it(string table, string before, string after, string executed)
    {
        _workspace.Write("app/unused.py", "");
        var text = File.ReadAllText(_workspace["oxidizer.toml"]);
        _workspace.Build();
        _workspace.Write(
            "oxidizer.toml",
            before.Length > 0 ? text.Replace(before, after)
                : text.Contains(table, StringComparison.Ordinal) ? text.Replace(table, $"{table}\n{after}")
                : $"{text}\n{table}\n{after}\n"
        );
        Assert.Equal(executed, Executed.In(_workspace.Build()));
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void A_flag_of_the_compiler_compiles_all_objects_and_no_bytecode()
    {
        var units =
            Packager.Runtime.RuntimeSources.All.Count(source =>
                source.IsUnit && source.IsPartOf(Packager.Configuration.ProductOutput.Executable)
            ) + 1;
        _workspace.Build();
        File.AppendAllText(_workspace["oxidizer.toml"], "[toolchain]\ncflags = [\"-DANYTHING\"]\n");
        // The objects are the same bytes: nothing is linked again.
        Assert.Equal($"compile_object {units}", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void The_cache_may_be_anywhere_and_of_any_size_without_an_action()
    {
        _workspace.Build();
        File.AppendAllText(_workspace["oxidizer.toml"], "[cache]\nmax_size = \"50 GB\"\n");
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void Another_distribution_of_the_same_python_reuses_the_bytecode()
    {
        _workspace.Build();
        // The same content in an archive with other bytes.
        using var archive = RepackedArchive.Of(DistributionArchive.Path311);
        _workspace.Write("oxidizer.toml", File.ReadAllText(_workspace["oxidizer.toml"]).Replace(DistributionArchive.Path311, archive.Path));
        var units =
            Packager.Runtime.RuntimeSources.All.Count(source =>
                source.IsUnit && source.IsPartOf(Packager.Configuration.ProductOutput.Executable)
            ) + 1;
        Assert.Equal($"unpack 1, compile_object {units}, link 1", Executed.In(_workspace.Build()));
    }
}
