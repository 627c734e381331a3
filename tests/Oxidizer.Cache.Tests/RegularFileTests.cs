using System.Diagnostics;
using Oxidizer.Cache.Files;

namespace Oxidizer.Cache.Tests;

/// <summary>Only regular files are opened, and what else stands at a path is named.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string this[string name] => Path.Combine(_folder.Path, name);

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_is_refused_and_not_waited_for()
    {
        using (var made = Process.Start("mkfifo", [this["pipe"]]))
            made.WaitForExit();
        var refused = await Task.Run(() => Assert.Throws<IOException>(() => RegularFile.Open(this["pipe"])))
            .WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Contains("it is a named pipe", refused.Message);
        Assert.Equal(FileKind.Pipe, FileFacts.Of(this["pipe"]).Kind);
        await Task.Run(() => Assert.Throws<IOException>(() => Sha256Digest.OfFile(this["pipe"]))).WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_device_a_folder_and_a_link_to_one_are_refused()
    {
        Assert.Contains("it is a device", Assert.Throws<IOException>(() => RegularFile.Open("/dev/zero")).Message);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => RegularFile.Open(_folder.Path)).Message);
        File.CreateSymbolicLink(this["zero"], "/dev/zero");
        Assert.Contains("it is a device", Assert.Throws<IOException>(() => RegularFile.Open(this["zero"])).Message);
        Assert.Equal((FileKind.Device, true), (FileFacts.Of(this["zero"]).Kind, FileFacts.Of(this["zero"]).IsLink));
    }

    [Fact]
    public void What_is_not_there_is_told_from_what_may_not_be_read()
    {
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(this["nothing"]));
        Assert.Throws<FileNotFoundException>(() => RegularFile.Open(this["nothing/below"]));
        Assert.Throws<UnauthorizedAccessException>(() => RegularFile.Open("/proc/sys/vm/drop_caches"));
        File.CreateSymbolicLink(this["loop"], this["loop"]);
        Assert.Contains("loop", Assert.Throws<IOException>(() => RegularFile.Open(this["loop"])).Message);
        Assert.Equal([FileKind.Missing, FileKind.LoopingLink], new[] { "nothing", "loop" }.Select(name => FileFacts.Of(this[name]).Kind));
    }

    [Fact]
    public void A_file_is_read_whole_whatever_length_it_says_and_not_beyond_a_limit()
    {
        File.WriteAllBytes(this["file"], new byte[10_000]);
        Assert.Equal(10_000, RegularFile.ReadAllBytes(this["file"]).Length);
        Assert.Throws<IOException>(() => RegularFile.ReadAllBytes(this["file"], 9_999));
        // The kernel says that these have no bytes.
        Assert.Equal(File.ReadAllBytes("/proc/self/cmdline"), RegularFile.ReadAllBytes("/proc/self/cmdline"));
        Assert.Throws<IOException>(() => RegularFile.ReadAllBytes("/proc/self/smaps", 5_000));
        File.WriteAllText(this["text"], "\ufeffone\r\ntwo\n\nthree");
        Assert.Equal(File.ReadAllLines(this["text"]), RegularFile.ReadAllLines(this["text"]));
    }

    [Fact]
    public void A_folder_is_listed_with_the_bytes_of_its_names()
    {
        using (
            var made = Process.Start(
                new ProcessStartInfo("sh", ["-c", "touch plain \"$(printf '\\303\\251\\377\\200x')\"; mkdir folder; ln -s folder link"])
                {
                    WorkingDirectory = _folder.Path,
                }
            )!
        )
            made.WaitForExit();
        var entries = FolderListing.Read(_folder.Path).OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        // .NET cannot delete what it cannot name.
        using (var removed = Process.Start(new ProcessStartInfo("sh", ["-c", "rm *x"]) { WorkingDirectory = _folder.Path })!)
            removed.WaitForExit();
        Assert.Equal(["folder", "link", "plain", "\u00e9\\xff\\x80x"], entries.Select(entry => entry.Name));
        Assert.Equal([FileKind.Folder, FileKind.Folder, FileKind.Regular, FileKind.Unknown], entries.Select(entry => entry.Facts.Kind));
        Assert.Equal([true, true, true, false], entries.Select(entry => entry.IsUtf8));
        Assert.Throws<IOException>(() => FolderListing.Read(this["plain"]));
        Assert.Throws<IOException>(() => FolderListing.Read(this["nothing"]));
    }
}
