using Oxidizer.Packager;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What was changed, and which actions run for it. Counters, not clocks.</summary>
public sealed class IncrementalTests : IDisposable
{
    private readonly Workspace _workspace = new Workspace()
        .WriteApplication("from app import words\nprint(words.TEXT)\n")
        .Write("app/words.py", $"TEXT = 'first {Guid.NewGuid()}'\n");

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
        var text = $"second {Guid.NewGuid()}";
        _workspace.Write("app/words.py", $"TEXT = '{text}'\n");
        var second = _workspace.Build();
        AssertExecuted(second, (ActionKinds.CompileBytecode, 1), (ActionKinds.Pack, 1), (ActionKinds.Link, 1), (ActionKinds.Install, 1));
        var compiled = Assert.Single(second.Executed, action => action.Kind == ActionKinds.CompileBytecode);
        Assert.Contains("app/words.py", compiled.Name);
        Assert.Equal(text + "\n", _workspace.Run(second.ProductPath).Output);
    }

    [Fact]
    public void A_touched_file_changes_nothing()
    {
        _workspace.Build();
        File.SetLastWriteTimeUtc(_workspace["app/words.py"], DateTime.UtcNow.AddMinutes(-5));
        Assert.Empty(_workspace.Build().Executed);
    }

    [Fact]
    public void A_change_that_is_taken_back_is_reused_whole()
    {
        _workspace.Build();
        var before = File.ReadAllText(_workspace["app/words.py"]);
        _workspace.Write("app/words.py", $"TEXT = '{Guid.NewGuid()}'\n");
        _workspace.Build();
        _workspace.Write("app/words.py", before);
        AssertExecuted(_workspace.Build(), (ActionKinds.Install, 1));
    }

    [Fact]
    public void A_deleted_product_is_restored_from_the_cache()
    {
        var first = _workspace.Build();
        File.Delete(first.ProductPath);
        AssertExecuted(_workspace.Build(), (ActionKinds.Install, 1));
        Assert.StartsWith("first", _workspace.Run(first.ProductPath).Output);
    }

    [Fact]
    public void A_product_that_was_edited_by_hand_is_put_right()
    {
        var first = _workspace.Build();
        using (var stream = File.OpenWrite(first.ProductPath))
            stream.Write("not an executable"u8);
        AssertExecuted(_workspace.Build(), (ActionKinds.Install, 1));
        Assert.Equal(first.Digest, Cache.Sha256Digest.OfFile(first.ProductPath));
    }

    [Fact]
    public void A_changed_run_mode_compiles_nothing()
    {
        _workspace.Build();
        _workspace.Write("oxidizer.toml", File.ReadAllText(_workspace["oxidizer.toml"]).Replace("mode = \"module\"\nmodule = \"app\"", $"mode = \"eval\"\ncode = \"print('{Guid.NewGuid()}')\""));
        AssertExecuted(_workspace.Build(), (ActionKinds.Pack, 1), (ActionKinds.Link, 1), (ActionKinds.Install, 1));
    }

    [Fact]
    public void An_added_module_is_compiled_and_a_removed_one_is_gone()
    {
        _workspace.Build();
        _workspace.Write("app/extra.py", $"X = '{Guid.NewGuid()}'\n");
        AssertExecuted(_workspace.Build(), (ActionKinds.CompileBytecode, 1), (ActionKinds.Pack, 1), (ActionKinds.Link, 1), (ActionKinds.Install, 1));
        File.Delete(_workspace["app/extra.py"]);
        AssertExecuted(_workspace.Build(), (ActionKinds.Install, 1));
    }

    [Fact]
    public void Another_checkout_folder_reuses_everything()
    {
        _workspace.Build();
        using var other = new Workspace().WriteApplication(File.ReadAllText(_workspace["app/__main__.py"])).Write("app/words.py", File.ReadAllText(_workspace["app/words.py"]));
        AssertExecuted(other.Build(), (ActionKinds.Install, 1));
    }

    private static void AssertExecuted(BuildResult result, params (string Kind, int Count)[] expected) => Assert.Equal(
        expected.Order(),
        result.Executed.GroupBy(action => action.Kind).Select(group => (group.Key, group.Count())).Order());
}
