using System.Formats.Tar;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.SourceBuilds;
using ZstdSharp;

namespace Oxidizer.Packager.Tests.SourceBuilds;

public class SourceArchiveTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    [Fact]
    public void Equal_trees_give_equal_bytes_whenever_and_in_what_order_they_were_made()
    {
        WriteTree("one", ["python/a.txt", "python/b/c.txt", "python/b.txt"], new DateTime(2001, 2, 3));
        WriteTree("two", ["python/b.txt", "python/b/c.txt", "python/a.txt"], new DateTime(2020, 5, 6));
        File.SetUnixFileMode(_folder["two/python/b.txt"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        SourceArchive.Write(_folder["one"], _folder["one.tar.zst"], default);
        SourceArchive.Write(_folder["two"], _folder["two.tar.zst"], default);
        Assert.Equal(File.ReadAllBytes(_folder["one.tar.zst"]), File.ReadAllBytes(_folder["two.tar.zst"]));
    }

    [Fact]
    public void An_archive_holds_links_modes_long_names_and_no_owner()
    {
        var name = $"python/{new string('x', 120)}/{new string('y', 90)}.o";
        WriteTree("tree", [name, "python/bin/python3.11"], DateTime.UtcNow);
        File.SetUnixFileMode(_folder["tree/python/bin/python3.11"], (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(_folder["tree/python/bin/python3"], "python3.11");
        SourceArchive.Write(_folder["tree"], _folder["tree.tar.zst"], default);

        using var reader = new TarReader(new DecompressionStream(File.OpenRead(_folder["tree.tar.zst"])));
        var entries = new Dictionary<string, TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry.Name.TrimEnd('/'), entry);
        Assert.Equal(entries.Keys.Order(StringComparer.Ordinal), entries.Keys);
        Assert.Equal(name.Length, entries[name].DataStream!.Length);
        Assert.Equal("python3.11", entries["python/bin/python3"].LinkName);
        Assert.Equal((UnixFileMode)0b111_101_101, entries["python/bin/python3.11"].Mode);
        Assert.All(entries.Values, entry => Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (entry.Uid, entry.Gid, entry.ModificationTime)));
    }

    [Fact]
    public void The_members_of_a_static_library_are_listed_with_their_long_names()
    {
        string[] names = ["short.o", "a_name_that_is_longer_than_sixteen_bytes.o", "odd.o"];
        foreach (var name in names)
            File.WriteAllText(_folder[name], name[..3]);
        var result = ChildProcess.Run(new Command("ar", ["rcs", "lib.a", .. names]) { WorkingDirectory = _folder.Path });
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(names, SourceArchiveMembers.Read(_folder["lib.a"]));

        var bytes = File.ReadAllBytes(_folder["lib.a"]);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_folder["cut.a"], bytes[..length]);
            try
            {
                Assert.True(SourceArchiveMembers.Read(_folder["cut.a"]).Count <= names.Length);
            }
            catch (InvalidDataException failure)
            {
                Assert.Contains("cut.a", failure.Message);
            }
        }
    }

    [Fact]
    public void Test_packages_are_found_at_every_depth_by_full_name()
    {
        WriteTree(
            "lib",
            ["test/__init__.py", "ctypes/test/__init__.py", "idlelib/idle_test/__init__.py", "json/__init__.py", "data/tests/readme.txt"],
            DateTime.UtcNow
        );
        Assert.Equal(["ctypes.test", "idlelib.idle_test", "test"], SourcePythonJson.TestPackages(_folder["lib"]));
    }

    public void Dispose() => _folder.Dispose();

    private void WriteTree(string root, string[] names, DateTime time)
    {
        foreach (var name in names)
        {
            var path = _folder[Path.Combine(root, name)];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, name);
            File.SetLastWriteTimeUtc(path, time);
        }
    }
}
