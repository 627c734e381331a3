using System.Text.Json;
using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Reporting;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>Why an action ran, in words: in the build's record, in its JSON, and in the log's most talkative lines.</summary>
[Collection("private cache")]
public sealed class ExplanationTests(PrivateCache cache) : IDisposable
{
    private readonly Workspace _workspace = cache.NewWorkspace();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void The_first_build_with_a_cache_says_so_for_every_action()
    {
        using var empty = new PrivateCache();
        using var workspace = empty.NewWorkspace();
        var result = workspace.Build();
        Assert.All(
            result.Executed.Where(action => action.Kind != ActionKinds.Install),
            action => Assert.Equal("first build with this cache", action.Reason)
        );
        Assert.Equal("not there", Reason(result, ActionKinds.Install));
    }

    [Fact]
    public void A_changed_module_is_named_by_what_compiles_and_by_what_packs_it()
    {
        _workspace.Build();
        var result = _workspace.Write("app/words.py", $"TEXT = '{Guid.NewGuid()}'\n").Build();
        Assert.Matches("^`app/words.py` changed \\(was [0-9a-f]+, is [0-9a-f]+\\)$", Reason(result, ActionKinds.CompileBytecode));
        Assert.Equal("`app/words.py` changed", Reason(result, ActionKinds.Pack));
        Assert.Matches("^`packed resources` changed", Reason(result, ActionKinds.Link));
        Assert.Equal("linked anew", Reason(result, ActionKinds.Install));
    }

    [Fact]
    public void Added_removed_and_moved_modules_are_named()
    {
        _workspace.Write("app/a.py", $"A = '{Guid.NewGuid()}'\n").Build();
        File.Move(_workspace["app/a.py"], _workspace["app/b.py"]);
        var result = _workspace.Build();
        Assert.Equal("new module", Reason(result, ActionKinds.CompileBytecode));
        Assert.Equal("`app/b.py` is new, `app/a.py` is gone", Reason(result, ActionKinds.Pack));
    }

    [Fact]
    public void Of_many_changes_the_first_are_named_and_the_rest_counted()
    {
        foreach (var name in "abcdef")
            _workspace.Write($"app/{name}.py", "");
        _workspace.Build();
        foreach (var name in "abcdef")
            _workspace.Write($"app/{name}.py", $"X = '{Guid.NewGuid()}'\n");
        Assert.Equal(
            "`app/a.py` changed, `app/b.py` changed, `app/c.py` changed, and 3 more",
            Reason(_workspace.Build(), ActionKinds.Pack)
        );
    }

    [Fact]
    public void A_changed_setting_is_named_with_its_values()
    {
        _workspace.Build();
        File.AppendAllText(_workspace["oxidizer.toml"], "[python_config]\nsys_frozen = true\n");
        Assert.Equal("`sys_frozen` changed: false -> true", Reason(_workspace.Build(), ActionKinds.Pack));
    }

    [Fact]
    public void A_changed_level_is_named_with_its_values()
    {
        _workspace.Build();
        _workspace.Write(
            "oxidizer.toml",
            File.ReadAllText(_workspace["oxidizer.toml"]).Replace("packages = [\"app\"]", "packages = [\"app\"]\noptimize_level = 1")
        );
        var result = _workspace.Build();
        Assert.All(
            result.Executed.Where(action => action.Kind == ActionKinds.CompileBytecode),
            action => Assert.Equal("`optimize_level` changed: 0 -> 1", action.Reason)
        );
    }

    [Fact]
    public void What_was_done_to_the_product_is_told()
    {
        var first = _workspace.Build();
        File.Delete(first.ProductPath);
        Assert.Equal("not there", Reason(_workspace.Build(), ActionKinds.Install));
        File.AppendAllText(first.ProductPath, "more");
        Assert.Equal("what is there differs from what was built", Reason(_workspace.Build(), ActionKinds.Install));
        File.SetUnixFileMode(first.ProductPath, UnixFileMode.UserRead);
        Assert.Equal("its permissions were changed", Reason(_workspace.Build(), ActionKinds.Install));
    }

    [Fact]
    public void The_json_and_the_log_have_the_same_words()
    {
        _workspace.Build();
        var result = _workspace.Write("app/words.py", $"TEXT = '{Guid.NewGuid()}'\n").Build();
        using var json = JsonDocument.Parse(File.ReadAllBytes(result.ResultPath));
        var told = json
            .RootElement.GetProperty("executed")
            .EnumerateArray()
            .Select(action => $"{action.GetProperty("kind").GetString()}: {action.GetProperty("reason").GetString()}");
        Assert.Equal(result.Executed.Select(action => $"{action.Kind}: {action.Reason}"), told);
        Assert.All(
            result.Executed,
            action => Assert.Contains(_workspace.Log, line => line.Contains($": {action.Reason} (", StringComparison.Ordinal))
        );
        Assert.All(result.Executed, action => Assert.NotEmpty(action.Reason));
    }

    private static string Reason(BuildResult result, string kind) => Assert.Single(result.Executed, action => action.Kind == kind).Reason;
}
