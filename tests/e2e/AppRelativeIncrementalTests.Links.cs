using Oxidizer.Packager.Context;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

public sealed partial class AppRelativeIncrementalTests
{
    private void Link(string path, string target)
    {
        File.Delete(_workspace[path]);
        File.CreateSymbolicLink(_workspace[path], target);
    }

    private string? TargetOf(string path) => new FileInfo(Path.Combine(Output, path)).LinkTarget;

    [Fact]
    public void A_link_is_written_as_a_link_and_its_change_alone_is_an_installation()
    {
        _workspace.Write("parts/beside/v1/x.txt", "one").Write("parts/beside/v2/x.txt", "two");
        Link("parts/beside/current", "v1");
        Link("parts/beside/same.py", "other.py");
        Link("parts/beside/none", "nowhere");
        Link("parts/beside/here", ".");
        var first = _workspace.Build();
        Assert.Equal(
            ("v1", "other.py", "nowhere", "."),
            (TargetOf("lib/beside/current"), TargetOf("lib/beside/same.py"), TargetOf("lib/beside/none"), TargetOf("lib/beside/here"))
        );
        var check = Workspace.Run(new Command("sh", ["-c", "cd \"$0\" && sha256sum --check --strict --quiet app.files", Output]));
        Assert.True(check.ExitCode == 0, check.Error);
        Assert.Empty(_workspace.Build().Executed);

        Link("parts/beside/current", "v2");
        var second = _workspace.Build();
        Assert.Equal("v2", TargetOf("lib/beside/current"));
        var action = Assert.Single(second.Executed, action => action.Kind == ActionKinds.Install && action.Name == "lib");
        Assert.Contains("`lib/beside/current` differs", action.Reason);
        Assert.StartsWith("beside", _workspace.Run(first.ProductPath).Output);

        // A link becomes a folder, a folder a link, and one is gone.
        File.Delete(_workspace["parts/beside/current"]);
        File.Delete(_workspace["parts/beside/here"]);
        Directory.Move(_workspace["parts/beside/v2"], _workspace["parts/beside/current"]);
        Link("parts/beside/v2", "current");
        _workspace.Build();
        Assert.Equal((null, "current", null), (TargetOf("lib/beside/current"), TargetOf("lib/beside/v2"), TargetOf("lib/beside/here")));
        Assert.Equal("two", File.ReadAllText(Path.Combine(Output, "lib/beside/v2/x.txt")));
        Assert.False(Path.Exists(Path.Combine(Output, "lib/beside/here")));
        Assert.Empty(_workspace.Build().Executed);
    }
}
