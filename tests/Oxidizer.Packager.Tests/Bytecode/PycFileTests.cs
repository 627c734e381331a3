using Oxidizer.Packager.Bytecode;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Bytecode;

public sealed class PycFileTests
{
    // `_imp.source_hash(0x0a0d0da7, bytes(range(n)))` of CPython 3.11.2.
    [Theory]
    [InlineData(0, "738d9cd5d5e87f73")]
    [InlineData(1, "ad2256b643a8544d")]
    [InlineData(7, "937b65bd89169b73")]
    [InlineData(8, "506c0601ce88f748")]
    [InlineData(9, "f7f8a7aeeb5d7306")]
    [InlineData(15, "db9116a53ef80835")]
    [InlineData(16, "8267313a3994f880")]
    [InlineData(17, "b4b69b316a380bc3")]
    [InlineData(100, "bcdfe9323eeab288")]
    public void The_hash_of_a_source_is_that_of_cpython(int length, string expected) =>
        Assert.Equal(
            expected,
            Convert.ToHexStringLower(
                BitConverter.GetBytes(SourceHash.Of(0x0a0d0da7, [.. Enumerable.Range(0, length).Select(number => (byte)number)]))
            )
        );

    [Theory]
    [InlineData("mod.py", 0, "__pycache__/mod.cpython-311.pyc")]
    [InlineData("pkg/mod.py", 0, "pkg/__pycache__/mod.cpython-311.pyc")]
    [InlineData("pkg/sub/__init__.py", 1, "pkg/sub/__pycache__/__init__.cpython-311.opt-1.pyc")]
    [InlineData("pkg/a.b.py", 2, "pkg/__pycache__/a.b.cpython-311.opt-2.pyc")]
    public void Bytecode_stands_where_importlib_looks_for_it(string source, int level, string expected)
    {
        Assert.Equal(expected, PycFile.BesideSource(source, "cpython-311", level));
        var code =
            $"import importlib.util as u; print(u.cache_from_source({"'" + source + "'"}, optimization={(level == 0 ? "''" : level)}).replace(__import__('sys').implementation.cache_tag, 'cpython-311'))";
        Assert.Equal(expected + "\n", MachinePython.Run(code));
    }

    [Fact]
    public void A_header_says_that_nobody_compares_the_source()
    {
        var header = PycFile.Header("x = 1\n"u8, MachinePython.Small);
        Assert.Equal(16, header.Length);
        Assert.Equal(Convert.FromHexString(MachinePython.Small.BytecodeMagic), header[..4]);
        Assert.Equal([1, 0, 0, 0], header[4..8]);
        Assert.Equal(
            MachinePython.Run("import importlib.util as u; print(u.source_hash(b'x = 1\\n').hex())").Trim(),
            Convert.ToHexStringLower(header[8..])
        );
    }
}
