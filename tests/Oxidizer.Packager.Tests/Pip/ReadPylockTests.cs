using Oxidizer.Cache;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Pip;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Pip;

/// <summary>Locks of PEP 751, in the forms that tools write.</summary>
public sealed class ReadPylockTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Each_kind_of_source_is_taken_for_this_python_and_target()
    {
        // Arrays of tables as pip writes them, inline tables as uv does.
        const string Lock = $$"""
            lock-version = "1.0"
            created-by = "test"
            requires-python = ">=3.9,<4"
            created-at = 2026-01-01T00:00:00Z

            [[packages]]
            name = "native"
            version = "1.0"
            wheels = [
                { url = "https://h.example/native-1.0-py3-none-any.whl", size = 1, hashes = { sha256 = "{{Hash}}" } },
                { url = "https://h.example/native-1.0-cp311-cp311-win_amd64.whl", size = 1, hashes = { sha256 = "{{Hash}}" } },
                { url = "https://u:p@h.example/native-1.0-cp311-cp311-manylinux_2_17_x86_64.whl#x", size = 1, hashes = { sha256 = "{{Hash}}" } },
                { url = "https://h.example/native-1.0-cp39-abi3-manylinux_2_17_x86_64.whl", size = 1, hashes = { sha256 = "{{Hash}}" } },
            ]

            [[packages]]
            name = "Plain"
            version = "2.0"
            index = "https://h.example/simple"
            [[packages.wheels]]
            name = "plain-2.0-py3-none-any.whl"
            [packages.wheels.hashes]
            sha256 = "{{Hash}}"

            [[packages]]
            name = "archive-only"
            version = "3.0"
            sdist = { path = "files/archive-only-3.0.tar.gz", hashes = { sha256 = "{{Hash}}" } }

            [[packages]]
            name = "windows"
            version = "4.0"
            marker = "sys_platform == 'win32'"
            wheels = []

            [[packages]]
            name = "project"
            directory = { path = "lib", editable = true }

            [[packages]]
            name = "repository"
            version = "5.0"
            vcs = { type = "git", url = "https://u:p@h.example/r", commit-id = "0123", subdirectory = "s" }
            """;
        var digest = Sha256Digest.Parse(Hash);
        Assert.Equal(
            [
                new LockedPackage("archive-only", "3.0")
                {
                    File = "archive-only-3.0.tar.gz",
                    Digest = digest,
                    Path = "../a/files/archive-only-3.0.tar.gz",
                },
                new LockedPackage("native", "1.0")
                {
                    File = "native-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
                    Digest = digest,
                    Url = "https://h.example/native-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
                },
                new LockedPackage("Plain", "2.0") { File = "plain-2.0-py3-none-any.whl", Digest = digest },
                new LockedPackage("project", "0") { Path = "../a/lib" },
                new LockedPackage("repository", "5.0") { Url = "git+https://h.example/r@0123#subdirectory=s" },
            ],
            Read(Lock)
        );
    }

    [Theory]
    [InlineData("lock-version = \"2.0\"\n", 1, "`lock-version` is `2.0`")]
    [InlineData("packages = []\n", 1, "`lock-version` is `missing`")]
    [InlineData("lock-version = \"1.0\"\nrequires-python = \">=3.99\"\n", 2, "it needs Python `>=3.99`")]
    [InlineData("lock-version = \"1.0\"\n[[packages]]\nversion = \"1\"\n", 2, "has no `name`")]
    [InlineData(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nmarker = \"'x' in extras\"\n",
        4,
        "the marker of `a` cannot be decided"
    )]
    [InlineData("lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\n", 2, "`a 1` has no wheel for CPython 3.11")]
    [InlineData(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [{ name = \"a-1-py3-none-any.whl\", hashes = { md5 = \"0\" } }]\n",
        4,
        "no `sha256`"
    )]
    [InlineData(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\ndirectory = { path = \"x\" }\n[[packages]]\nname = \"A\"\ndirectory = { path = \"y\" }\n",
        1,
        "two of its entries for `a`"
    )]
    [InlineData("lock-version = \"1.0\"\n<<<<<<<\n", 2, "not TOML")]
    public void A_lock_that_cannot_be_used_is_refused_with_its_line(string text, int line, string message)
    {
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => Read(text)).Diagnostics);
        Assert.Equal(("OXI0390", "/a/pylock.toml", line), (mistake.Kind.Id, mistake.Location!.File, mistake.Location.Line));
        Assert.Contains(message, mistake.Message);
    }

    private static IReadOnlyList<LockedPackage> Read(string text)
    {
        using var build = new TestBuild();
        return ReadPylock.Read(
            text,
            "/a/pylock.toml",
            build.Distribution with
            {
                MajorMinor = "3.11",
                Version = "3.11.2",
                Target = new Packager.Context.TargetTriple("x86_64-unknown-linux-gnu"),
            },
            "/b"
        );
    }
}
