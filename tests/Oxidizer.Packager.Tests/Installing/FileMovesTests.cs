using Oxidizer.Packager.Installing;

namespace Oxidizer.Packager.Tests.Installing;

public sealed class FileMovesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("oxidizer-moves-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_not_kept_is_undone_last_first()
    {
        Write("lib/a", "old a");
        Write("lib/deep/b", "old b");
        File.CreateSymbolicLink(Path.Combine(_root, "lib/link"), "a");
        var before = Contents();
        using (var moves = New())
        {
            Put(moves, "lib/a", "new a");
            Put(moves, "lib/a", "newer a");
            Put(moves, "lib/link", "no link");
            moves.Take("lib/deep/b");
            Put(moves, "lib/deep", "a file now");
            Put(moves, "fresh/x/y", "new");
            Assert.Equal("newer a", File.ReadAllText(Path.Combine(_root, "lib/a")));
            Assert.Null(new FileInfo(Path.Combine(_root, "lib/link")).LinkTarget);
        }
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void What_is_kept_stays_and_leaves_nothing_else()
    {
        Write("lib/a", "old a");
        Write("lib/deep/b", "old b");
        using (var moves = New())
        {
            Put(moves, "lib/a", "new a");
            moves.Take("lib/deep/b");
            moves.Flush();
            moves.Keep();
        }
        Assert.Equal("lib/a new a", Contents());
        Assert.False(Directory.Exists(Path.Combine(_root, "lib/deep")));
    }

    [Fact]
    public void A_folder_with_something_in_it_is_not_removed()
    {
        Write("lib/deep/a", "");
        Write("lib/other", "");
        File.Delete(Path.Combine(_root, "lib/deep/a"));
        FileMoves.RemoveEmptyFolders(_root, "lib/deep/a");
        Assert.False(Directory.Exists(Path.Combine(_root, "lib/deep")));
        Assert.True(Directory.Exists(Path.Combine(_root, "lib")));
    }

    private FileMoves New() => new(_root);

    private static void Put(FileMoves moves, string path, string text)
    {
        var written = moves.NewName();
        File.WriteAllText(written, text);
        moves.Put(written, path);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
        File.WriteAllText(Path.Combine(_root, path), text);
    }

    private string Contents() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFiles(_root, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetRelativePath(_root, path)} {new FileInfo(path).LinkTarget ?? File.ReadAllText(path)}")
        );
}
