using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What was changed among the sources, and which actions run for it. Counters, not clocks.</summary>
[Collection("private cache")]
public sealed class IncrementalTests(PrivateCache cache) : IDisposable
{
    private const string OneModule = "compile_bytecode 1, pack 1, link 1, install 1";

    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void An_unchanged_build_executes_nothing_and_starts_no_program()
    {
        _workspace.Build();
        var second = _workspace.Build();
        Assert.Empty(second.Executed);
        Assert.Equal(0, second.ProcessesStarted);
        Assert.True(second.Actions[ActionKinds.CompileBytecode].Reused > 500);
    }

    [Fact]
    public void A_changed_module_is_compiled_alone_and_the_product_prints_the_change()
    {
        _workspace.Build();
        var text = NewText();
        var second = _workspace.Write("app/words.py", $"TEXT = '{text}'\n").Build();
        Assert.Equal(OneModule, Executed.In(second));
        Assert.Equal("app/words.py", Assert.Single(second.Executed, action => action.Kind == ActionKinds.CompileBytecode).Name);
        Assert.Equal(text + "\n", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void A_changed_comment_compiles_its_module_for_the_packed_source_shows_it()
    {
        _workspace.Build();
        File.AppendAllText(_workspace["app/words.py"], $"# {NewText()}\n");
        Assert.Equal(OneModule, Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_changed_comment_without_packed_sources_is_compiled_and_nothing_else()
    {
        var text = File.ReadAllText(_workspace["oxidizer.toml"]);
        _workspace.Write("oxidizer.toml", text.Replace("packages = [\"app\"]", "packages = [\"app\"]\ninclude_source = false")).Build();
        File.AppendAllText(_workspace["app/words.py"], $"# {NewText()}\n");
        var second = _workspace.Build();
        // The same code gives the same bytes: what follows stops there.
        Assert.Equal("compile_bytecode 1, pack 1", Executed.In(second));
    }

    [Fact]
    public void A_touched_file_changes_nothing()
    {
        _workspace.Build();
        File.SetLastWriteTimeUtc(_workspace["app/words.py"], DateTime.UtcNow.AddMinutes(-5));
        Assert.Empty(_workspace.Build().Executed);
    }

    [Theory]
    [InlineData(-3650)]
    [InlineData(3650)]
    public void A_change_is_seen_whatever_time_the_file_has(int days)
    {
        var time = DateTime.UtcNow.AddDays(days);
        File.SetLastWriteTimeUtc(_workspace["app/words.py"], time);
        _workspace.Build();
        Assert.Empty(_workspace.Build().Executed);
        // As a clock that was set back leaves it: other bytes of the same length under the same time.
        var text = File.ReadAllText(_workspace["app/words.py"]);
        _workspace.Write("app/words.py", text.Replace("first", "third"));
        File.SetLastWriteTimeUtc(_workspace["app/words.py"], time);
        var second = _workspace.Build();
        Assert.Equal(OneModule, Executed.In(second));
        Assert.StartsWith("third", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void A_renamed_module_is_compiled_under_its_new_name_and_is_gone_under_the_old_one()
    {
        _workspace.Build();
        File.Move(_workspace["app/words.py"], _workspace["app/speech.py"]);
        _workspace.Write(
            "app/__main__.py",
            $"from app import speech as words\nimport importlib.util\nprint(importlib.util.find_spec('app.words'), '{NewText()}')\n"
        );
        var second = _workspace.Build();
        Assert.Equal("compile_bytecode 2, pack 1, link 1, install 1", Executed.In(second));
        Assert.StartsWith("None ", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void An_added_module_is_compiled_and_a_removed_one_is_gone()
    {
        _workspace.Build();
        _workspace.Write("app/extra.py", $"X = '{NewText()}'\n");
        Assert.Equal(OneModule, Executed.In(_workspace.Build()));
        File.Delete(_workspace["app/extra.py"]);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_removed_module_compiles_nothing()
    {
        _workspace.Write("app/extra.py", $"X = '{NewText()}'\n").Build();
        File.Delete(_workspace["app/extra.py"]);
        Assert.Equal("pack 1, link 1, install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_module_that_moved_to_another_package_is_compiled_for_its_new_path()
    {
        _workspace.Write("app/inner/__init__.py", "").Write("app/extra.py", $"X = '{NewText()}'\n").Build();
        File.Move(_workspace["app/extra.py"], _workspace["app/inner/extra.py"]);
        var second = _workspace.Build();
        Assert.Equal(OneModule, Executed.In(second));
        Assert.Equal("app/inner/extra.py", Assert.Single(second.Executed, action => action.Kind == ActionKinds.CompileBytecode).Name);
    }

    [Fact]
    public void A_changed_resource_compiles_nothing()
    {
        _workspace.Write("app/data.txt", NewText()).Build();
        _workspace.Write("app/data.txt", NewText());
        Assert.Equal("pack 1, link 1, install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_change_that_is_taken_back_is_reused_whole()
    {
        _workspace.Build();
        var before = File.ReadAllText(_workspace["app/words.py"]);
        _workspace.Write("app/words.py", $"TEXT = '{NewText()}'\n").Build();
        _workspace.Write("app/words.py", before);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
    }

    [Fact]
    public void A_branch_that_is_switched_and_switched_back_is_reused_whole()
    {
        var (main, branch) = (_workspace["main"], _workspace["branch"]);
        foreach (var folder in new[] { main, branch })
            _workspace
                .Write(Path.Combine(folder, "words.py"), $"TEXT = '{NewText()}'\n")
                .Write(Path.Combine(folder, $"only_{Path.GetFileName(folder)}.py"), $"X = '{NewText()}'\n");
        string Switch(string to)
        {
            foreach (
                var file in Directory
                    .GetFiles(_workspace["app"])
                    .Where(file => Path.GetFileName(file).StartsWith("only_", StringComparison.Ordinal))
            )
                File.Delete(file);
            foreach (var file in Directory.GetFiles(to))
                File.Copy(file, Path.Combine(_workspace["app"], Path.GetFileName(file)), overwrite: true);
            return Executed.In(_workspace.Build());
        }

        Switch(main);
        Assert.Equal("compile_bytecode 2, pack 1, link 1, install 1", Switch(branch));
        Assert.Equal("install 1", Switch(main));
        Assert.Equal("install 1", Switch(branch));
    }

    [Fact]
    public void A_deleted_product_is_restored_from_the_cache()
    {
        var first = _workspace.Build();
        File.Delete(first.ProductPath);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
        Assert.StartsWith("first", _workspace.Run(first.ProductPath).Output);
    }

    [Fact]
    public void A_product_that_was_edited_by_hand_is_put_right()
    {
        var first = _workspace.Build();
        using (var stream = File.OpenWrite(first.ProductPath))
            stream.Write("not an executable"u8);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
        Assert.Equal(first.Digest, Cache.Sha256Digest.OfFile(first.ProductPath));
    }

    [Fact]
    public void A_product_that_lost_its_permissions_is_put_right()
    {
        var first = _workspace.Build();
        File.SetUnixFileMode(first.ProductPath, UnixFileMode.UserRead);
        Assert.Equal("install 1", Executed.In(_workspace.Build()));
        Assert.StartsWith("first", _workspace.Run(first.ProductPath).Output);
    }

    [Fact]
    public void Another_checkout_folder_reuses_everything()
    {
        var first = _workspace.Build();
        using var other = cache.NewWorkspace().Write("app/words.py", File.ReadAllText(_workspace["app/words.py"]));
        var second = other.Build();
        Assert.Equal("install 1", Executed.In(second));
        Assert.Equal(first.Digest, second.Digest);
    }

    private static string NewText() => Guid.NewGuid().ToString();
}
