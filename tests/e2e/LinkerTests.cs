using Oxidizer.Packager.Programs;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A product is linked with whichever linker there is, and runs.</summary>
public sealed class LinkerTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("ld", "ld")]
    [InlineData("mold", "mold")]
    [InlineData("lld", "ld.lld")]
    public void A_product_runs_whatever_it_was_linked_with(string linker, string program)
    {
        Assert.True(Machine.FindProgram(program) is not null, $"`{program}` is not installed; `./build.sh --target=Test` installs it");
        var product = _workspace
            .WriteApplication("import ssl, sqlite3; print('linked')", more: $"[toolchain]\nlinker = \"{linker}\"")
            .Build()
            .ProductPath;
        Assert.Equal("linked\n", _workspace.Run(product).Output);
    }
}
