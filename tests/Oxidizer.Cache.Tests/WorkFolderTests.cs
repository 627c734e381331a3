namespace Oxidizer.Cache.Tests;

// What killed builds leave in the temporary folder is removed by the next one; nothing else there is.
public sealed class WorkFolderTests : IDisposable
{
    private const string Prefix = "oxidizer-";
    private static readonly string s_digits = new('a', 32);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_work_folder_of_a_killed_build_is_swept_and_one_of_a_living_build_is_not()
    {
        using var dead = Child.Start("work", _folder.Path, Prefix);
        using var living = Child.Start("work", _folder.Path, Prefix);
        dead.WaitForLine("made");
        living.WaitForLine("made");
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.Equal(2, Directory.GetDirectories(_folder.Path).Length);
        dead.Kill();
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.Equal(living.Lines[0], "made " + Assert.Single(Directory.GetDirectories(_folder.Path)));
    }

    [Fact]
    public void Disposal_leaves_nothing_and_nobody_else_looks_into_the_folder()
    {
        using (var work = WorkFolder.Create(_folder.Path, Prefix, ".tmp"))
        {
            Assert.Matches($"^{Prefix}[0-9a-f]{{32}}[.]tmp$", Path.GetFileName(work.Path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(work.Path));
            _folder.Write(Path.Combine(work.Path, "deep/file"), "");
        }
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("oxidizer-my-notes")]
    [InlineData("oxidizer-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("oxidizer-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("oxidizer-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.old")]
    [InlineData("other-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_folder_of_another_name_is_not_swept_whatever_is_in_it(string name)
    {
        Forge(_folder[name]);
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.True(File.Exists(_folder[$"{name}/note"]));
    }

    [Fact]
    public void A_folder_of_the_name_alone_is_not_swept()
    {
        var (name, empty, other) = (Prefix + s_digits, Prefix + new string('b', 32), Prefix + new string('c', 32));
        _folder.Write($"{name}/note", "mine");
        Directory.CreateDirectory(_folder[empty]);
        _folder.Write($"{other}/oxidizer.lock", "of another program");
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.True(
            File.Exists(_folder[$"{name}/note"]) && Directory.Exists(_folder[empty]) && File.Exists(_folder[$"{other}/oxidizer.lock"])
        );
        Assert.False(File.Exists(_folder[$"{name}/oxidizer.lock"]), "looking at it changed it");
    }

    [Fact]
    public void What_a_link_leads_to_is_not_swept()
    {
        Forge(_folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder[Prefix + s_digits], _folder["elsewhere"]);
        // The same with a real folder whose lock is a link.
        _folder.Write($"{Prefix}{new string('b', 32)}/note", "");
        File.CreateSymbolicLink(_folder[$"{Prefix}{new string('b', 32)}/oxidizer.lock"], _folder["elsewhere/oxidizer.lock"]);
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.True(File.Exists(_folder["elsewhere/note"]));
        Assert.True(File.Exists(_folder[$"{Prefix}{new string('b', 32)}/note"]));
    }

    [RootFact]
    public void A_work_folder_of_another_user_is_not_swept()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1FF);
        using (var theirs = Child.StartAs(65534, _folder.Path, "work", _folder.Path, Prefix))
        {
            theirs.WaitForLine("made");
            theirs.Kill();
        }
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.Single(Directory.GetDirectories(_folder.Path));
        // The same one, as ours: the test above fails for no other reason.
        var path = Directory.GetDirectories(_folder.Path)[0];
        Assert.Null(Mount.Run("chown", "-R", "0:0", path));
        WorkFolder.Sweep(_folder.Path, Prefix);
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    // A folder with everything that a dead build's has, and a file.
    private void Forge(string path)
    {
        using (var work = WorkFolder.Create(_folder.Path, "forged-"))
        {
            Directory.CreateDirectory(path);
            File.WriteAllBytes(Path.Combine(path, "oxidizer.lock"), Files.FileLock.ReadUnlocked(Path.Combine(work.Path, "oxidizer.lock")));
        }
        File.WriteAllText(Path.Combine(path, "note"), "mine");
    }
}
