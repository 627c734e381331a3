using Oxidizer.Cache;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Native;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Programs;

namespace Oxidizer.Packager.Tests.Native;

/// <summary>What compilers and linkers read beside their arguments, as keys hold it.</summary>
public sealed class ToolInputsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oxidizer-tool-inputs-").FullName;
    private readonly LiteDbCache _cache;

    public ToolInputsTests() => _cache = LiteDbCache.Open(new CacheSettings(this["cache"]));

    public void Dispose()
    {
        _cache.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string this[string name] => Path.Combine(_folder, name);

    [Fact]
    public void The_files_that_flags_name_are_found_in_every_form_and_within_response_files()
    {
        foreach (var file in new[] { "extra.o", "libx.a", "my.specs", "plugin.so", "script.ld", "versions", "before.h" })
            File.WriteAllText(this[file], file);
        File.WriteAllText(this["inner"], $"-include \"{this["before.h"]}\" -DA='b c'\n");
        File.WriteAllText(this["outer"], $"-O2 @{this["inner"]} {this["libx.a"]}");
        string[] flags =
        [
            this["extra.o"],
            $"-specs={this["my.specs"]}",
            $"-fplugin={this["plugin.so"]}",
            $"-Wl,-T,{this["script.ld"]}",
            $"-Wl,--version-script={this["versions"]}",
            $"@{this["outer"]}",
            $"-L{_folder}",
            "-lnothing",
            this["gone.o"],
        ];
        Assert.Equal(
            new[] { "before.h", "extra.o", "inner", "libx.a", "my.specs", "outer", "plugin.so", "script.ld", "versions" }.Select(name =>
                this[name]
            ),
            FlagFiles.Of(flags).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["-O2", "-include", this["before.h"], "-DA=b c", this["libx.a"]], FlagFiles.Expand([$"@{this["outer"]}"]));
    }

    [Fact]
    public void A_response_file_that_names_itself_ends()
    {
        File.WriteAllText(this["self"], $"@{this["self"]}");
        Assert.Equal([$"@{this["self"]}"], FlagFiles.Expand([$"@{this["self"]}"]));
        Assert.Equal([this["self"]], FlagFiles.Of([$"@{this["self"]}"]));
    }

    [Theory]
    [InlineData("sys/types.h", "sys/types.h", false)]
    [InlineData("libm.a", "libm.a", true)]
    [InlineData("libm.a", "libm.so", true)]
    [InlineData("libm.so", "libm.a", true)]
    [InlineData("crt1.o", "crt1.o", true)]
    public void A_file_that_stands_before_another_on_the_search_path_is_a_change(string name, string before, bool isLink)
    {
        foreach (var folder in new[] { "first", "second", "third" })
            Directory.CreateDirectory(this[$"{folder}/sys"]);
        File.WriteAllText(this["second/" + name], "the one that is taken");
        var state = State();
        Assert.NotNull(state);
        File.WriteAllText(this["third/" + before], "later");
        File.WriteAllText(this["first/unrelated.h"], "");
        Assert.Equal(state, State());
        File.WriteAllText(this["first/" + before], "earlier");
        Assert.NotEqual(state, State());
        File.Delete(this["first/" + before]);
        Assert.Equal(state, State());
        File.Delete(this["second/" + name]);
        Assert.Null(State());

        string? State() =>
            new SearchPath([this["first"] + "/", this["second"], this["third"]], isLink, _cache).StateOf(this["second/" + name]);
    }

    [Fact]
    public void A_folder_in_another_of_the_path_is_told_from_it()
    {
        Directory.CreateDirectory(this["include/multi"]);
        File.WriteAllText(this["include/multi/a.h"], "a");
        var state = new SearchPath([this["include/multi"], this["include"]], isLink: false, _cache).StateOf(this["include/multi/a.h"]);
        Assert.Equal(_cache.DigestFile(this["include/multi/a.h"]).ToString(), state);
    }

    [Fact]
    public void The_compiler_is_asked_once_and_again_when_a_program_behind_it_changed()
    {
        foreach (var program in new[] { "cc", "as" })
            WriteProgram(program, $"#!/bin/sh\nexec {program} \"$@\"\n");
        var context = Context();
        var processes = ChildProcess.CountFromHere();
        var first = Find();
        Assert.Contains(first.Files, file => file.Path == this["as"]);
        Assert.Contains(first.Files, file => Path.GetFileName(file.Path) is "cc1" or "clang");
        Assert.Contains("/usr/include", first.HeaderFolders);
        Assert.NotEmpty(first.LibraryFolders);
        var started = processes.Count;
        Assert.Equal(first.Files, Find().Files);
        Assert.Equal(started, processes.Count);
        WriteProgram("as", "#!/bin/sh\n# another\nexec as \"$@\"\n");
        Assert.NotEqual(first.Files, Find().Files);

        CompilerParts Find() => CompilerParts.Find(Tool.Identify(this["cc"], context), "ld", [$"-B{_folder}/"], context);
    }

    [Fact]
    public void An_archive_that_readelf_cannot_read_is_not_taken_for_a_good_one()
    {
        File.WriteAllText(this["libbad.a"], "no archive");
        var failure = Assert.Throws<BuildFailedException>(() => Relocations.Of(this["libbad.a"], Context()));
        Assert.Contains(
            $"error OXI0701: `readelf` cannot read `{this["libbad.a"]}` (exit code 1)",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    private BuildContext Context() =>
        new(new SilentLog(), _cache, new DiagnosticBag(), new ActionLedger(), _folder, 2, CancellationToken.None);

    private sealed class SilentLog : IBuildLog
    {
        public void Information(string message) { }

        public void Debug(string message) { }

        public void Warning(string message) { }

        public void Progress(string stage, double? share, string? detail = null) { }
    }

    private void WriteProgram(string name, string text)
    {
        File.WriteAllText(this[name], text);
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
