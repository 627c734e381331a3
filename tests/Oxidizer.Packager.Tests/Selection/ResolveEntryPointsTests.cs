using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Resources;
using Oxidizer.Packager.Selection;
using Oxidizer.Packager.Tests.Resources;

namespace Oxidizer.Packager.Tests.Selection;

/// <summary>Names of console scripts become the functions that packed distributions say, and one that none has is reported.</summary>
public sealed class ResolveEntryPointsTests : IDisposable
{
    private readonly TestBuild _build = new TestBuild()
        .Stdlib()
        .Write("site/tool/__init__.py", "")
        .Write("site/tool-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tool\nVersion: 1\n")
        .Write("site/tool-1.dist-info/RECORD", "tool/__init__.py,,\n")
        .Write(
            "site/tool-1.dist-info/entry_points.txt",
            """
            [console_scripts]
            # none = tool:none
            tool = tool.cli : main
            tool-admin=tool.admin:Commands.run [admin, more]
            module = tool.module
            [gui_scripts]
            tool-window = tool.window:main
            [other.plugins]
            plugin = tool.plugin:load
            """
        );

    public ResolveEntryPointsTests() => _build.Rule(new InstalledRule(["tool"], _build.At(3)) { Path = _build["site"] });

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("tool", "tool.cli:main")]
    [InlineData("tool-admin", "tool.admin:Commands.run")]
    [InlineData("tool-window", "tool.window:main")]
    public void A_console_script_is_what_its_distribution_says_without_extras(string name, string target) =>
        Assert.Equal(target, Resolve(new RunTable { Mode = "module", EntryPoint = name }).Run.Module);

    [Fact]
    public void Functions_and_scripts_stand_side_by_side_among_commands()
    {
        var run = new RunTable
        {
            Mode = "module",
            Commands = [new("a", "tool", _build.At(1)), new("b", "x.y:z", _build.At(2)), new("c", "tool-window", _build.At(3))],
        };
        Assert.Equal(
            ["a tool.cli:main", "b x.y:z", "c tool.window:main"],
            Resolve(run).Run.Commands.Select(command => $"{command.Name} {command.EntryPoint}")
        );
    }

    [Theory]
    [InlineData("toool", "did you mean `tool`? there are `tool`, `tool-admin`, `tool-window`")]
    [InlineData("plugin", "`plugin`; there are `tool`, `tool-admin`, `tool-window`")]
    [InlineData("module", "`module`; there are")]
    [InlineData("none", "`none`; there are")]
    public void An_unknown_script_is_told_with_the_nearest_and_all_that_there_are(string name, string words)
    {
        var (_, context) = Resolve(
            new RunTable { Mode = "module", Commands = [new("a", name, _build.At(7)), new("b", "tool", _build.At(8))] }
        );
        var mistake = Assert.Single(context.Diagnostics.All);
        Assert.Equal(("OXI0340", 7), (mistake.Kind.Id, mistake.Location!.Line));
        Assert.Contains(words, mistake.Message);
    }

    [Fact]
    public void Without_any_script_the_way_out_is_a_rule_or_a_function()
    {
        _build.Rules.RemoveAt(1);
        var (_, context) = Resolve(new RunTable { Mode = "module", EntryPoint = "tool" });
        Assert.Contains("none has any: add the rule that brings the distribution", Assert.Single(context.Diagnostics.All).Message);
    }

    [Fact]
    public void What_names_no_script_is_left_as_it_is()
    {
        var run = new RunTable
        {
            Mode = "module",
            Module = "tool.cli:main",
            EntryPoint = "tool.cli:main",
        };
        Assert.Same(run, Resolve(run).Run);
        var eval = new RunTable { Mode = "eval", Code = "1" };
        Assert.Same(eval, Resolve(eval).Run);
    }

    private (RunTable Run, BuildContext Context) Resolve(RunTable run)
    {
        var context = _build.Context();
        var resources = _build.Collect(context);
        return (ResolveEntryPoints.Resolve(run, _build.Configuration.Positions, resources, context.Diagnostics), context);
    }
}
