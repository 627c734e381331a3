using System.Text.RegularExpressions;
using Oxidizer.Compatibility;
using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>The runtime's own tests, which are written in Python and C and run in products of their own (tests/pyembed/run.py).</summary>
public sealed partial class PyembedTests
{
    [Theory]
    [InlineData("unit", 2)]
    [InlineData("inside", 90)]
    [InlineData("outside", 70)]
    [InlineData("sanitized", 92)]
    [InlineData("valgrind", 90)]
    [InlineData("analyze", 1)]
    public void All_tests_of_the_runtime_pass_with_python_3_11(string part, int atLeast)
    {
        var distribution = DistributionArchive.Unpacked311();
        var script = Path.Combine(new CompatibilityOptions().Root, "tests", "pyembed", "run.py");
        var result = Workspace.Run(
            new Command(distribution.PathOf(distribution.Executable), ["-I", "-B", script, distribution.Root, part]),
            seconds: 1800
        );
        var counts = CountLine().Match(result.Output);
        Assert.True(result.ExitCode == 0 && counts.Success, result.Output + result.Error);
        Assert.InRange(int.Parse(counts.Groups[1].ValueSpan), atLeast, int.MaxValue);
        Assert.Equal("0", counts.Groups[2].Value);
    }

    [GeneratedRegex(@"^(\d+) passed, (\d+) failed$", RegexOptions.Multiline)]
    private static partial Regex CountLine();
}
