using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Oxidizer.Cache;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Packages;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Packages;

/// <summary>What unpacking a wheel reads: the wheel, and of its file name what is compared with its content. Each is changed
/// alone.</summary>
public sealed class StaleWheelTests : IDisposable
{
    private const string Name = "demo_pkg-1.2rc1-py3-none-any.whl";

    private static readonly Dictionary<string, (bool Runs, string Name, string Text)> s_rows = new(StringComparer.Ordinal)
    {
        ["the wheel"] = (true, Name, "X = 2\n"),
        ["WheelName.Distribution"] = (true, "Demo_Pkg-1.2rc1-py3-none-any.whl", "X = 1\n"),
        ["WheelName.Version"] = (true, "demo_pkg-1.2RC1-py3-none-any.whl", "X = 1\n"),
        // The tags say whom the wheel is for, which is asked at each build and changes nothing of what is in it.
        ["WheelName.Python"] = (false, "demo_pkg-1.2rc1-py2.py3-none-any.whl", "X = 1\n"),
        ["WheelName.Abi"] = (false, "demo_pkg-1.2rc1-py3-abi3.none-any.whl", "X = 1\n"),
        ["WheelName.Platform"] = (false, "demo_pkg-1.2rc1-py3-none-any.win32.whl", "X = 1\n"),
        ["the build number"] = (false, "demo_pkg-1.2rc1-7-py3-none-any.whl", "X = 1\n"),
        ["the folder"] = (false, "elsewhere/" + Name, "X = 1\n"),
    };

    private readonly TestBuild _build = new TestBuild().Stdlib();

    public static TheoryData<string> Rows => [.. s_rows.Keys];

    public void Dispose() => _build.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_wheel_is_unpacked_again_for_each_thing_that_unpacking_reads_and_for_no_other(string what)
    {
        Write(Name, "X = 1\n");
        Assert.Equal((1, 0), (Unpacked(Name), Unpacked(Name)));
        var (runs, name, text) = s_rows[what];
        Write(name, text);
        Assert.Equal((what, runs ? 1 : 0, 0), (what, Unpacked(name), Unpacked(name)));
    }

    [Fact]
    public void Every_part_of_a_wheel_s_name_has_a_row() => Assert.Empty(Fields.Of(typeof(WheelName)).Except(s_rows.Keys));

    [Fact]
    public void A_wheel_that_changed_after_it_was_digested_is_not_kept_under_the_digest_that_it_had()
    {
        Write(Name, "X = 1\n");
        var before = Sha256Digest.OfFile(_build[Name]);
        Write(Name, "X = 2\n");
        var context = _build.Context();
        // What the cache knows of a file whose bytes changed since.
        context.Cache.RememberFile(_build[Name], before);
        _build.Rule(new WheelRule(_build[Name], _build.At(5)));
        var failure = Assert.Throws<BuildFailedException>(() => _build.Collect(context)).Diagnostics.Single();
        Assert.Equal(("OXI0604", _build[Name]), (failure.Kind.Id, failure.Location!.File));
        Assert.Equal("was changed while the build ran; build again", failure.Message);
    }

    private int Unpacked(string name)
    {
        _build.Rules.RemoveAll(rule => rule is WheelRule);
        _build.Rule(new WheelRule(_build[name], _build.At(5)));
        var context = _build.Context();
        _build.Collect(context);
        Assert.Empty(context.Diagnostics.All);
        context.Cache.Flush();
        return context.Actions.Counts[ActionKinds.InstallPackages].Executed;
    }

    private void Write(string name, string text)
    {
        Dictionary<string, string> files = new()
        {
            ["demo_pkg/__init__.py"] = text,
            ["demo_pkg-1.2rc1.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.2rc1\n",
            ["demo_pkg-1.2rc1.dist-info/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        };
        files["demo_pkg-1.2rc1.dist-info/RECORD"] = string.Concat(
            files.Select(file =>
                $"{file.Key},sha256={Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(file.Value))).TrimEnd('=').Replace('+', '-').Replace('/', '_')},\n"
            )
        );
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                var entry = zip.CreateEntry(path);
                // The same bytes whenever it is written.
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var output = entry.Open();
                output.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        _build.Write(name, stream.ToArray());
    }
}
