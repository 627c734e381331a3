using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Installing;

/// <summary>The links of a product's commands: which are made, kept, removed, and what is never replaced.</summary>
public sealed class CommandLinksTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void Each_command_but_the_products_own_name_has_a_relative_link()
    {
        Install(["tools", "hg", "hgk"]);
        Assert.Equal(["hg -> tools", "hgk -> tools"], Links());
    }

    [Fact]
    public void An_unchanged_build_puts_and_takes_nothing()
    {
        Install(["hg"]);
        Assert.Equal(0, Install(["hg"]));
    }

    [Fact]
    public void A_command_that_is_no_more_loses_its_link_and_links_of_others_stay()
    {
        Install(["hg", "hgk"]);
        File.CreateSymbolicLink(Out("mine"), "tools");
        Assert.Equal(2, Install(["hg", "new"]));
        Assert.Equal(["hg -> tools", "mine -> tools", "new -> tools"], Links());
        Install([]);
        Assert.Equal(["mine -> tools"], Links());
    }

    [Fact]
    public void A_link_that_somebody_led_elsewhere_is_not_removed()
    {
        Install(["hg"]);
        File.Delete(Out("hg"));
        File.CreateSymbolicLink(Out("hg"), "/bin/true");
        Install([]);
        Assert.Equal(["hg -> /bin/true"], Links());
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    public void What_stands_in_the_place_of_a_link_is_not_replaced(string what)
    {
        Directory.CreateDirectory(Out(""));
        if (what == "file")
            File.WriteAllText(Out("hg"), "theirs");
        else if (what == "folder")
            Directory.CreateDirectory(Out("hg"));
        else
            File.CreateSymbolicLink(Out("hg"), "/bin/true");
        var failure = Assert.Throws<BuildFailedException>(() => Install(["hg", "ok"]));
        Assert.Contains("OXI0804", failure.Message);
        Assert.Contains("is not replaced", failure.Message);
        Assert.Equal(["hg"], Directory.EnumerateFileSystemEntries(Out("")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("tools.build.json")]
    [InlineData("tools.files")]
    [InlineData("lib")]
    public void A_command_cannot_have_the_name_of_the_products_own_files(string name) =>
        Assert.Contains("OXI0804", Assert.Throws<BuildFailedException>(() => Install([name])).Message);

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"commands\": {\"hg\": 1}}")]
    [InlineData("{\"commands\": [1, null, \"../hg\", \"a/b\"]}")]
    public void A_record_that_names_no_commands_removes_none(string record)
    {
        Install(["hg"]);
        File.WriteAllText(Out("tools.build.json"), record);
        Install([]);
        Assert.Equal(["hg -> tools"], Links());
    }

    [Fact]
    public void A_library_has_no_links()
    {
        Install(["hg"], ProductOutput.SharedLibrary);
        Assert.Empty(Links());
    }

    private string Out(string name) => Path.Combine(_build["out"], name);

    private IEnumerable<string> Links() =>
        Directory
            .EnumerateFileSystemEntries(Out(""))
            .Where(path => new FileInfo(path).LinkTarget is not null)
            .Select(path => $"{Path.GetFileName(path)} -> {new FileInfo(path).LinkTarget}")
            .Order(StringComparer.Ordinal);

    // Returns how many links were put or taken.
    private int Install(string[] commands, ProductOutput output = ProductOutput.Executable)
    {
        using var installation = new Installation(Out("tools"));
        foreach (var name in new[] { "lib/file", "tools" })
        {
            var written = installation.NewName();
            File.WriteAllText(written, "");
            installation.Put(written, name);
        }
        var before = installation.Steps.Count;
        var run = new RunTable
        {
            Mode = "module",
            Commands = [.. commands.Select(name => new RunCommand(name, "a:b", new SourceLocation("oxidizer.toml", 3)))],
        };
        var names = CommandLinks.Prepare(run, output, "tools.build.json", installation, _build.Context());
        var count = installation.Steps.Count - before;
        var record = $"{{\"commands\": [{string.Join(", ", names.Select(name => $"\"{name}\""))}]}}";
        installation.Write("tools.build.json", System.Text.Encoding.UTF8.GetBytes(record), durable: false);
        installation.Commit();
        return count;
    }
}
