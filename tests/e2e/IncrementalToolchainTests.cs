using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What was changed in the runtime's C sources or the compiler, and which actions run for it.</summary>
[Collection("private cache")]
public sealed class IncrementalToolchainTests(PrivateCache cache) : IDisposable
{
    private static readonly int s_units =
        RuntimeSources.All.Count(source => source.IsUnit && source.IsPartOf(Packager.Configuration.ProductOutput.Executable)) + 1;

    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_changed_header_compiles_the_files_that_include_it()
    {
        const string header = "reader/location.h";
        var including = RuntimeSources.All.Count(source =>
            source.IsUnit
            && source.IsPartOf(Packager.Configuration.ProductOutput.Executable)
            && Encoding.UTF8.GetString(source.Content).Contains($"#include \"{header}\"", StringComparison.Ordinal)
        );
        Assert.InRange(including, 1, s_units - 2);
        _workspace.Build();
        Change("pyembed/" + header, text => $"{text}\n/* {Guid.NewGuid()} */\n");
        var second = _workspace.Build();
        // A comment leaves the objects as they were, so nothing is linked.
        Assert.Equal($"compile_object {including}", Executed.In(second));
        Assert.All(second.Executed, action => Assert.Contains($"`runtime:pyembed/{header}` changed", action.Reason));
    }

    [Fact]
    public void A_changed_c_file_is_compiled_alone_and_the_product_linked()
    {
        _workspace.Build();
        Change(
            "pyapp/main.c",
            text => $"{text}\nconst char oxidizer_test_{Guid.NewGuid():N}[] __attribute__((used, retain)) = \"changed\";\n"
        );
        var second = _workspace.Build();
        Assert.Equal("compile_object 1, link 2, install 1", Executed.In(second));
        Assert.StartsWith("first", _workspace.Run(second.ProductPath).Output);
        _workspace.RuntimeSources = RuntimeSources.All;
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void Another_compiler_compiles_and_links_and_the_first_one_again_nothing()
    {
        WriteCompiler("gcc (Test) 12.2.0");
        File.AppendAllText(_workspace["oxidizer.toml"], $"[toolchain]\ncc = \"{_workspace["cc"]}\"\n");
        _workspace.Build();
        WriteCompiler("gcc (Test) 13.1.0");
        var second = _workspace.Build();
        // The wrapper calls the same compiler: the objects are equal, and so is the runtime that is linked from them.
        Assert.Equal($"compile_object {s_units}, link 1", Executed.In(second));
        Assert.All(second.Executed, action => Assert.Equal("compiler changed: gcc (Test) 12.2.0 -> 13.1.0", action.Reason));
        WriteCompiler("gcc (Test) 12.2.0");
        Assert.Empty(_workspace.Build().Executed);
    }

    private void Change(string path, Func<string, string> edit) =>
        _workspace.RuntimeSources = [
            .. RuntimeSources.All.Select(source =>
            {
                if (source.Path != path)
                    return source;
                var content = Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(source.Content)));
                return source with { Content = content, Digest = Sha256Digest.Of(content) };
            }),
        ];

    private void WriteCompiler(string version) =>
        _workspace.WriteProgram("cc", $"#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi\nexec cc \"$@\"\n");
}
