using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Files;
using Oxidizer.Packager.Installing;

namespace Oxidizer.Packager.Tests.Installing;

/// <summary>What a build installs is there all at once or not at all, and nothing else in the folder is touched.</summary>
public sealed class InstallationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("oxidizer-installation-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string this[string name] => Path.Combine(_root, name);

    [Fact]
    public void Nothing_is_in_its_place_before_everything_is_written()
    {
        Before();
        var before = Contents();
        using (var installation = New("new"))
            Assert.Equal(before, Contents());
        Assert.Equal(before, Contents());
        Assert.Equal(4, Directory.GetFileSystemEntries(_root).Length);
    }

    [Fact]
    public void A_commit_puts_and_takes_everything_and_leaves_nothing_else()
    {
        Before();
        using (var installation = New("new"))
            installation.Commit();
        Assert.Equal("app new\napp.build.json new\napp.pc new", Contents());
        Assert.Equal(3, Directory.GetFileSystemEntries(_root).Length);
    }

    [Theory]
    [InlineData("app.pc")]
    [InlineData("app")]
    [InlineData("app.build.json")]
    public void A_folder_that_comes_into_the_way_at_the_last_moment_has_everything_taken_back(string name)
    {
        Before();
        using var installation = New("new");
        File.Delete(this[name]);
        Directory.CreateDirectory(this[name + "/theirs"]);
        var before = Contents();
        var failure = Assert.Throws<EnvironmentFailureException>(installation.Commit);
        Assert.Equal(this[name], failure.Place);
        Assert.EndsWith("what was there before is untouched", failure.Message);
        Assert.Equal(before, Contents());
        Assert.True(Directory.Exists(this[name + "/theirs"]));
    }

    [Fact]
    public void What_cannot_be_put_back_is_named_and_not_called_untouched()
    {
        Before();
        using var installation = New("new");
        // The product's place is taken from us after it was filled, as a failing disk would.
        installation.Steps.Insert(
            2,
            (
                "sabotage",
                () =>
                {
                    File.Delete(this["app"]);
                    Directory.CreateDirectory(this["app/theirs"]);
                    throw new IOException("the disk fails");
                }
            )
        );
        var failure = Assert.Throws<EnvironmentFailureException>(installation.Commit);
        Assert.Contains("could not all be put back (`app`: ", failure.Message);
        Assert.DoesNotContain("untouched", failure.Message);
        Assert.Equal("old", File.ReadAllText(this["app.pc"]));
    }

    [Theory]
    [InlineData("app.pc")]
    [InlineData("pyembed.h")]
    public void A_FIFO_in_the_way_is_named_before_anything_is_renamed_and_no_build_waits_for_it(string name)
    {
        Before();
        File.Delete(this[name]);
        Assert.Equal(
            0,
            Oxidizer.Packager.Processes.ChildProcess.Run(new Oxidizer.Packager.Processes.Command("mkfifo", [this[name]])).ExitCode
        );
        using var installation = new Installation(this["app"]);
        Assert.False(Occupants.Holds(this[name], "new"u8));
        var failure = Assert.Throws<EnvironmentFailureException>(() => installation.Write(name, "new"u8, durable: true));
        Assert.Contains($"a FIFO, a socket or a device stands at `{name}`", failure.Message);
        Assert.Equal(Occupant.Special, Occupants.At(this[name]));
    }

    [Fact]
    public void A_dangling_link_in_the_way_is_replaced_and_what_it_named_is_not_made()
    {
        Before();
        File.Delete(this["app.pc"]);
        File.CreateSymbolicLink(this["app.pc"], this["nowhere"]);
        using (var installation = New("new"))
            installation.Commit();
        Assert.Equal((null, "new"), (new FileInfo(this["app.pc"]).LinkTarget, File.ReadAllText(this["app.pc"])));
        Assert.False(File.Exists(this["nowhere"]));
    }

    [Fact]
    public void Folders_and_files_of_others_beside_the_product_are_not_deleted_whatever_their_names_and_age()
    {
        string[] folders =
        [
            "app.my-notes.tmp",
            "app.1-2.tmp",
            $"app.7-{Guid.NewGuid():N}.tmp",
            $".oxidizer-{Guid.NewGuid():N}.tmp",
            ".oxidizer-notes.tmp",
            "*.x-y.tmp",
        ];
        foreach (var folder in folders)
        {
            Directory.CreateDirectory(this[folder]);
            File.WriteAllText(this[folder + "/note"], "mine");
            Directory.SetLastWriteTimeUtc(this[folder], DateTime.UtcNow.AddDays(-30));
        }
        using (var installation = New("new"))
            installation.Commit();
        Assert.All(folders, folder => Assert.Equal("mine", File.ReadAllText(this[folder + "/note"])));
    }

    [Fact]
    public void Permissions_are_what_the_users_mask_leaves_of_all()
    {
        // As a compiler and the shell have them, whatever the mask of this process is.
        var expected = Oxidizer
            .Packager.Processes.ChildProcess.Run(new Oxidizer.Packager.Processes.Command("sh", ["-c", "umask"]))
            .Output.Trim();
        var mask = (UnixFileMode)Convert.ToInt32(expected, 8);
        var modes = FileModes.Current();
        Assert.Equal(((UnixFileMode)0x1FF & ~mask, (UnixFileMode)0x1B6 & ~mask), (modes.Program, modes.Data));
        Assert.Equal(modes.Program, modes.For(Cache.ActionOutput.Executable));
        Assert.Equal(modes.Data, modes.For(Cache.ActionOutput.PlainFile));
    }

    private void Before()
    {
        foreach (var name in new[] { "app", "app.pc", "app.build.json", "pyembed.h" })
            File.WriteAllText(this[name], "old");
    }

    private Installation New(string text)
    {
        var installation = new Installation(this["app"]);
        installation.Write("app.pc", System.Text.Encoding.UTF8.GetBytes(text), durable: true);
        File.WriteAllText(installation.Product.TemporaryPath, text);
        installation.Put(installation.Product.TemporaryPath, "app");
        if (File.Exists(this["pyembed.h"]))
            installation.Take("pyembed.h");
        installation.Write("app.build.json", System.Text.Encoding.UTF8.GetBytes(text), durable: false);
        return installation;
    }

    private string Contents() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFiles(_root)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetFileName(path)} {File.ReadAllText(path)}")
        );
}
