using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Installing;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests;

/// <summary>What the pipeline asks after its stages. Each question has an answer that is no.</summary>
public sealed class InvariantTests : IDisposable
{
    private readonly TestBuild _build = new();

    public void Dispose() => _build.Dispose();

    [Fact]
    public void What_does_not_hold_is_a_bug_of_ours_that_says_what_should_and_in_which_stage()
    {
        Invariant.Holds(true, "one is one");
        var thrown = Assert.Throws<InvalidOperationException>(() => Invariant.Holds(false, "one is two"));
        var failure = Assert.IsType<PackagerBugException>(Failure.Of(thrown, "pack", default));
        Assert.Equal("pack", failure.Stage);
        Assert.Contains("this must hold, and does not: one is two; please report this", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_action_that_runs_after_its_stage_is_a_bug_and_one_that_is_reused_is_not()
    {
        var ledger = new ActionLedger();
        var late = new ExecutedAction(ActionKinds.CompileObject, "boot.c", "changed", 0.1);
        ledger.Execute(late);
        ledger.Close(ActionKinds.CompileObject, ActionKinds.Pack);
        Assert.Contains("`boot.c`", Assert.Throws<InvalidOperationException>(() => ledger.Execute(late)).Message);
        ledger.Reuse(ActionKinds.CompileObject);
        ledger.Execute(late with { Kind = ActionKinds.Link });
        Assert.Equal([(ActionKinds.CompileObject, 1, 1), (ActionKinds.Link, 1, 0)], Counts(ledger));
    }

    [Fact]
    public void Names_that_come_twice_or_out_of_order_are_no_choice_of_resources()
    {
        _build.Packages("app").Write("app/__init__.py", "").Write("app/a.py", "").Write("app/b.py", "");
        var resources = _build.Collect(_build.Context());
        Assert.True(resources.IsInOrder && resources.Modules.Count > 2);
        Assert.False((resources with { Modules = [.. resources.Modules.Reverse()] }).IsInOrder);
        Assert.False((resources with { Modules = [.. resources.Modules, resources.Modules[^1]] }).IsInOrder);
    }

    [Fact]
    public void Code_and_entries_of_fewer_modules_than_were_chosen_are_noticed()
    {
        _build.Stdlib().Packages("app").Write("app/__init__.py", "");
        var context = _build.Context();
        var all = _build.Collect(context);
        var some = all with { Modules = [.. all.Modules.Where(module => module.Name != "app")] };
        var code = _build.Compile(some, context);
        Assert.True(code.IsOf(some.Modules) && _build.Input(some, code).Names(some));
        Assert.False(code.IsOf(all.Modules));
        Assert.False(_build.Input(some, code).Names(all));
    }

    [Fact]
    public void An_installation_is_untouched_until_its_first_rename()
    {
        using var installation = new Installation(_build["out/app"]);
        installation.Write("app.build.json", "{}"u8, durable: false);
        installation.Steps.Add(("app", () => Assert.False(installation.IsUntouched)));
        Assert.True(installation.IsUntouched);
        installation.Commit();
        Assert.True(File.Exists(_build["out/app.build.json"]));
    }

    private static IEnumerable<(string, int, int)> Counts(ActionLedger ledger) =>
        ledger
            .Counts.Where(count => count.Value != new ActionCount(0, 0))
            .Select(count => (count.Key, count.Value.Executed, count.Value.Reused));
}
