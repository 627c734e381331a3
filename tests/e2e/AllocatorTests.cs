using Oxidizer.Packager.Diagnostics;

namespace Oxidizer.EndToEnd.Tests;

/// <summary><c>raw_allocator</c>: each product has the one that it asks for, as CPython itself names it, or is not built.</summary>
public sealed class AllocatorTests : IDisposable
{
    private const string Main = """
        import ctypes
        name = ctypes.pythonapi._PyMem_GetCurrentAllocatorName
        name.restype = ctypes.c_char_p
        print(name().decode())
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(Workspace.Distribution311, "system", "malloc")]
    [InlineData(Workspace.Distribution311, "pymalloc", "pymalloc")]
    [InlineData(Workspace.Distribution313, "mimalloc", "mimalloc")]
    public void A_product_takes_its_memory_where_the_setting_says(string distribution, string allocator, string name)
    {
        _workspace.WriteApplication(Main, more: Setting(allocator), distribution: distribution);
        var result = _workspace.Run(_workspace.Build().ProductPath);
        Assert.Equal(($"{name}\n", ""), (result.Output, result.Error));
    }

    [Fact]
    public void Mimalloc_is_refused_where_CPython_has_none()
    {
        _workspace.WriteApplication(Main, more: Setting("mimalloc"));
        var failure = Assert.Throws<BuildFailedException>(() => _workspace.Build());
        Assert.Equal("OXI0606", Assert.Single(failure.Diagnostics).Kind.Id);
        Assert.Contains("3.13", failure.Message);
    }

    private static string Setting(string allocator) => $"[python_config]\nraw_allocator = \"{allocator}\"\n";
}
