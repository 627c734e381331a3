using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>The rule <c>wheel</c>, with wheels that the tests make: good ones, and hostile ones.</summary>
public sealed class WheelTests : IDisposable
{
    private const string Name = "demo_pkg-1.2-py3-none-any.whl";
    private static readonly Dictionary<string, string> s_good = new()
    {
        ["demo_pkg/__init__.py"] = "X = 1\n",
        ["demo_pkg/data.txt"] = "data",
        ["demo_pkg-1.2.data/purelib/extra.py"] = "E = 2\n",
        ["demo_pkg-1.2.data/platlib/demo_pkg/late.py"] = "",
        ["demo_pkg-1.2.data/scripts/tool"] = "#!python\n",
        ["demo_pkg-1.2.data/data/share/demo/page.html"] = "page",
        ["demo_pkg-1.2.data/data/bin/tool2"] = "#!sh\n",
        ["demo_pkg-1.2.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.2\n",
        ["demo_pkg-1.2.dist-info/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    };

    private readonly TestBuild _build = new TestBuild().Stdlib();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void A_wheel_brings_its_modules_data_and_metadata_and_is_unpacked_once()
    {
        Write(Name, s_good);
        foreach (var executed in new[] { 1, 0 })
        {
            var (resources, context) = Collect(Name);
            Assert.Empty(context.Diagnostics.All);
            Assert.Equal(
                ["demo_pkg", "demo_pkg.late", "extra"],
                resources
                    .Modules.Where(module => module.Origin.Words.Contains("wheel", StringComparison.Ordinal))
                    .Select(module => module.Name)
            );
            Assert.Equal("data.txt", resources.PackageResources.Single(resource => resource.Package == "demo_pkg").Name);
            Assert.Equal(
                ("demo-pkg", "1.2"),
                (Assert.Single(resources.PackageDistributions).Name, resources.PackageDistributions[0].Version)
            );
            var page = Assert.Single(resources.PlainFiles);
            Assert.Equal(("share/demo/page.html", "page"), (page.RelativePath, File.ReadAllText(page.File.Path)));
            Assert.Equal(executed, context.Actions.Counts[ActionKinds.InstallPackages].Executed);
            context.Cache.Flush();
        }
    }

    [Theory]
    [InlineData("py3-none-any", true)]
    [InlineData("py2.py3-none-any", true)]
    [InlineData("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", true)]
    [InlineData("cp311-none-linux_x86_64", true)]
    [InlineData("cp37-abi3-manylinux1_x86_64", true)]
    [InlineData("cp36.cp37.cp38-abi3-manylinux2014_x86_64", true)]
    [InlineData("py38-none-any", true)]
    [InlineData("cp312-abi3-manylinux2014_x86_64", false)]
    [InlineData("py312-none-any", false)]
    [InlineData("cp310-cp310-manylinux2014_x86_64", false)]
    [InlineData("cp311-cp311t-manylinux2014_x86_64", false)]
    [InlineData("cp37-cp37m-manylinux2014_x86_64", false)]
    [InlineData("cp311-cp311-manylinux2014_aarch64", false)]
    [InlineData("cp311-cp311-musllinux_1_1_x86_64", false)]
    [InlineData("cp311-cp311-win_amd64", false)]
    [InlineData("cp311-cp311-macosx_11_0_arm64", false)]
    [InlineData("py2-none-any", false)]
    [InlineData("pp39-pypy39_pp73-manylinux2014_x86_64", false)]
    public void Tags_are_compared_with_the_distribution(string tags, bool fits)
    {
        Assert.Equal(fits, WheelName.TryParse($"x-1-{tags}.whl")!.Fits("3.11", new TargetTriple("x86_64-unknown-linux-gnu")));
        Assert.Equal(fits, WheelName.TryParse($"x-1-2build-{tags}.whl")!.Fits("3.11", new TargetTriple("x86_64-unknown-linux-gnu")));
    }

    [Fact]
    public void A_wheel_for_musl_fits_musl() =>
        Assert.True(
            WheelName.TryParse("x-1-cp311-cp311-musllinux_1_1_aarch64.whl")!.Fits("3.11", new TargetTriple("aarch64-unknown-linux-musl"))
        );

    [Theory]
    [InlineData("demo.zip")]
    [InlineData("demo-1.whl")]
    [InlineData("demo--py3-none-any.whl")]
    [InlineData("demo-1-x-py3-none-any.whl")]
    public void A_name_that_is_no_wheels_is_refused(string name)
    {
        Write(name, s_good);
        AssertRefused(name, "OXI0321");
    }

    [Fact]
    public void A_wheel_that_is_not_there_or_for_another_python_is_said()
    {
        AssertRefused(Name, "OXI0301");
        Write("demo_pkg-1.2-cp27-cp27m-win32.whl", s_good);
        AssertRefused("demo_pkg-1.2-cp27-cp27m-win32.whl", "OXI0322");
    }

    [Theory]
    [InlineData("../../escaped.py", "OXI0208")]
    [InlineData("/etc/absolute.py", "OXI0208")]
    [InlineData("demo_pkg\\windows.py", "OXI0208")]
    [InlineData("demo_pkg/new\nline.py", "OXI0208")]
    [InlineData("demo_pkg-1.2.data/purelib/demo_pkg/__init__.py", "OXI0208")]
    [InlineData("demo_pkg/__init__.py/below.py", "OXI0208")]
    [InlineData("other-1.dist-info/METADATA", "OXI0321")]
    public void A_hostile_path_is_refused(string path, string id)
    {
        Write(Name, new(s_good) { [path] = "x" });
        AssertRefused(Name, id);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(_build.Folder)!, "escaped.py")));
    }

    [Fact]
    public void A_record_that_does_not_fit_is_refused()
    {
        var record = Record(s_good);
        string[] bad =
        [
            record.Replace("demo_pkg/data.txt,", "demo_pkg/date.txt,", StringComparison.Ordinal),
            string.Join('\n', record.Split('\n').Where(line => !line.StartsWith("demo_pkg/data.txt", StringComparison.Ordinal))),
            record + "demo_pkg/ghost.py,sha256=AAAA,1\n",
            record + record.Split('\n')[0] + "\n",
            record.Replace("sha256=", "md5=", StringComparison.Ordinal),
            record.Replace("demo_pkg/__init__.py,sha256=", "demo_pkg/__init__.py,sha256=A", StringComparison.Ordinal),
            "",
        ];
        foreach (var text in bad)
        {
            Write(Name, s_good, text);
            AssertRefused(Name, "OXI0321");
        }
        Write(Name, s_good, record.Replace("\n", "\r\n", StringComparison.Ordinal));
        Assert.Empty(Collect(Name).Context.Diagnostics.All);
    }

    [Fact]
    public void Another_format_name_or_a_missing_part_is_refused()
    {
        Write(Name, new(s_good) { ["demo_pkg-1.2.dist-info/WHEEL"] = "Wheel-Version: 2.0\n" });
        AssertRefused(Name, "OXI0321");
        Write(Name, new(s_good.Where(file => !file.Key.EndsWith("METADATA", StringComparison.Ordinal))));
        AssertRefused(Name, "OXI0321");
        Write("other-1.2-py3-none-any.whl", s_good);
        AssertRefused("other-1.2-py3-none-any.whl", "OXI0321");
        Write("demo_pkg-1.3-py3-none-any.whl", s_good);
        AssertRefused("demo_pkg-1.3-py3-none-any.whl", "OXI0321");
    }

    [Fact]
    public void A_link_and_an_entry_that_is_there_twice_are_refused()
    {
        Write(Name, s_good);
        using (var zip = ZipFile.Open(_build[Name], ZipArchiveMode.Update))
        {
            var link = zip.CreateEntry("demo_pkg/link.py");
            link.ExternalAttributes = unchecked((int)0xa1ff0000);
            using var content = link.Open();
            content.Write("/etc/passwd"u8);
        }
        AssertRefused(Name, "OXI0208");
        Write(Name, s_good);
        using (var zip = ZipFile.Open(_build[Name], ZipArchiveMode.Update))
            zip.CreateEntry("demo_pkg/data.txt").Open().Dispose();
        AssertRefused(Name, "OXI0208");
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_is_refused_or_harmless()
    {
        Write(Name, s_good);
        var bytes = File.ReadAllBytes(_build[Name]);
        var name = WheelName.TryParse(Name)!;
        var whole = ReadOrRefuse(bytes);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<Packager.Archives.BadArchiveException>(() => ReadOrRefuse(bytes[..length]));
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 0xff;
            try
            {
                var files = ReadOrRefuse(damaged);
                Assert.Equal(whole, files);
            }
            catch (Packager.Archives.BadArchiveException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }

        // The digests are those of what was written, which A_wheel_is_unpacked_as_it_was_made compares.
        IReadOnlyCollection<Cache.TreeEntry> ReadOrRefuse(byte[] content)
        {
            var folder = Directory.CreateDirectory(_build[$"wheel-{Guid.NewGuid():N}"]).FullName;
            try
            {
                return WheelContent.Unpack(new MemoryStream(content), name, folder, CancellationToken.None);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public void A_wheel_is_unpacked_as_it_was_made()
    {
        Write(Name, s_good);
        var folder = Directory.CreateDirectory(_build["unpacked"]).FullName;
        using var wheel = File.OpenRead(_build[Name]);
        var entries = WheelContent.Unpack(wheel, WheelName.TryParse(Name)!, folder, CancellationToken.None);
        Assert.Equal(
            [
                "demo_pkg",
                "demo_pkg-1.2.data",
                "demo_pkg-1.2.data/data",
                "demo_pkg-1.2.data/data/share",
                "demo_pkg-1.2.data/data/share/demo",
                "demo_pkg-1.2.data/data/share/demo/page.html",
                "demo_pkg-1.2.dist-info",
                "demo_pkg-1.2.dist-info/METADATA",
                "demo_pkg-1.2.dist-info/RECORD",
                "demo_pkg-1.2.dist-info/WHEEL",
                "demo_pkg/__init__.py",
                "demo_pkg/data.txt",
                "demo_pkg/late.py",
                "extra.py",
            ],
            entries.Select(entry => entry.Path)
        );
        Assert.All(
            entries.Where(entry => entry.IsFile),
            entry =>
            {
                var bytes = File.ReadAllBytes(Path.Combine(folder, entry.Path));
                Assert.Equal((Cache.Sha256Digest.Of(bytes), bytes.Length), (entry.Digest, entry.Size));
            }
        );
        Assert.Equal("E = 2\n", File.ReadAllText(Path.Combine(folder, "extra.py")));
    }

    [Fact]
    public void A_large_wheel_is_not_held_in_memory()
    {
        var text = new string('x', 48 << 20);
        Write(Name, new(s_good) { ["demo_pkg/large.txt"] = text });
        using var wheel = File.OpenRead(_build[Name]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        WheelContent.Unpack(
            wheel,
            WheelName.TryParse(Name)!,
            Directory.CreateDirectory(_build["unpacked"]).FullName,
            CancellationToken.None
        );
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(text.Length, new FileInfo(_build["unpacked/demo_pkg/large.txt"]).Length);
    }

    [Theory]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void A_record_with_a_stronger_digest_is_checked(string algorithm)
    {
        var record = Record(s_good);
        var digest = Convert
            .ToBase64String(algorithm == "sha384" ? SHA384.HashData("data"u8) : SHA512.HashData("data"u8))
            .TrimEnd('=')
            .Replace('+', '-')
            .Replace('/', '_');
        var line = record.Split('\n').Single(text => text.StartsWith("demo_pkg/data.txt", StringComparison.Ordinal));
        Write(Name, s_good, record.Replace(line, $"demo_pkg/data.txt,{algorithm}={digest},4", StringComparison.Ordinal));
        Assert.Empty(Collect(Name).Context.Diagnostics.All);
        Write(Name, s_good, record.Replace(line, $"demo_pkg/data.txt,{algorithm}=A{digest[1..]},4", StringComparison.Ordinal));
        AssertRefused(Name, "OXI0321");
    }

    [Fact]
    public void A_name_in_a_wheel_that_is_no_utf8_is_refused()
    {
        Write(Name, s_good);
        using (var zip = ZipFile.Open(_build[Name], ZipArchiveMode.Update, Encoding.Latin1))
            zip.CreateEntry("demo_pkg/caf\u00e9.py").Open().Dispose();
        AssertRefused(Name, "OXI0208");
    }

    private (ResourceSet Resources, BuildContext Context) Collect(string name)
    {
        if (!_build.Rules.OfType<WheelRule>().Any(rule => rule.Path == _build[name]))
        {
            _build.Rules.RemoveAll(rule => rule is WheelRule);
            _build.Rule(new WheelRule(_build[name], _build.At(5)));
        }
        var context = _build.Context();
        return (_build.Collect(context), context);
    }

    private void AssertRefused(string name, string id)
    {
        var diagnostic = Assert.Single(Collect(name).Context.Diagnostics.All);
        Assert.Equal((id, 5), (diagnostic.Kind.Id, diagnostic.Location!.Line));
        Assert.Contains(".", diagnostic.Message, StringComparison.Ordinal);
    }

    private void Write(string name, Dictionary<string, string> files, string? record = null)
    {
        File.Delete(_build[name]);
        using var zip = ZipFile.Open(_build[name], ZipArchiveMode.Create);
        foreach (var (path, text) in files.Append(new("demo_pkg-1.2.dist-info/RECORD", record ?? Record(files))))
        {
            using var content = zip.CreateEntry(path).Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    private static string Record(Dictionary<string, string> files) =>
        string.Concat(
            files.Select(file =>
                $"{file.Key},sha256={Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(file.Value))).TrimEnd('=').Replace('+', '-').Replace('/', '_')},{file.Value.Length}\n"
            )
        ) + "demo_pkg-1.2.dist-info/RECORD,,\n";
}
