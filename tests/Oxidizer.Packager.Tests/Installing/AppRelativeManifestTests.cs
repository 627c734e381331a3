using Oxidizer.Cache;
using Oxidizer.Packager.Installing;

namespace Oxidizer.Packager.Tests.Installing;

public sealed class AppRelativeManifestTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("oxidizer-manifest-").FullName, "app.files");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public void What_was_written_is_read_whatever_the_names_are()
    {
        var files = new[]
        {
            "lib/plain.py",
            "lib/a b/c.txt",
            "lib/back\\slash",
            "lib/line\nfeed\r",
            "lib/ünïcode",
            "lib/  two",
        }.ToDictionary(name => name, name => Sha256Digest.Of(name));
        File.WriteAllBytes(_path, new AppRelativeManifest(["lib", "more lib"], files).ToBytes());
        var read = AppRelativeManifest.Load(_path);
        Assert.Equal(["lib", "more lib"], read.Folders);
        Assert.Equal(files, read.Files);
    }

    [Fact]
    public void One_that_names_nothing_is_no_file()
    {
        Assert.Empty(AppRelativeManifest.Empty.ToBytes());
        Assert.Empty(AppRelativeManifest.Load(_path).Files);
    }

    [Theory]
    [InlineData("lib/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("lib//x")]
    [InlineData("./x")]
    [InlineData("app")]
    [InlineData("")]
    public void A_line_that_leads_elsewhere_is_none_of_ours(string name)
    {
        File.WriteAllText(_path, $"{Sha256Digest.Of("")}  {name}\n\nshort\n# remark\n{Sha256Digest.Of("")}x {name}\n");
        Assert.Empty(AppRelativeManifest.Load(_path).Files);
    }

    [Fact]
    public void One_that_is_cut_off_anywhere_names_no_file_that_it_did_not_name()
    {
        var files = new Dictionary<string, Sha256Digest> { ["lib/one.py"] = Sha256Digest.Of("1"), ["lib/b\\c"] = Sha256Digest.Of("2") };
        var bytes = new AppRelativeManifest(["lib"], files).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_path, bytes[..length]);
            // A name that is cut off is not there, or is another's content: it is not removed.
            Assert.All(AppRelativeManifest.Load(_path).Files, file => Assert.StartsWith("lib/", file.Key));
        }
    }
}
