using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What a product recorded (<c>write_modules_directory_env</c>) chooses what the next one holds (<c>from_trace</c>).</summary>
public sealed class RecordedModulesTests : IDisposable
{
    private const string Main = """
        import curses, importlib.util, json
        curses.setupterm("oxidizer-test", 1)
        print(json.dumps([importlib.util.find_spec(name) is not None for name in ("app.__main__", "json.decoder", "sqlite3", "app.unused")]), curses.tigetnum("cols"))
        """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_product_of_the_modules_that_another_recorded_runs_and_has_no_others()
    {
        var settings =
            $"[python_config]\nwrite_modules_directory_env = \"RECORD_TO\"\nterminfo_resolution = \"static\"\nterminfo_dirs = [\"{_workspace["described"]}\"]\n";
        DescribeTerminal();
        _workspace.WriteApplication(Main, more: settings).Write("app/unused.py", "");
        var whole = _workspace.Build();
        var size = new FileInfo(whole.ProductPath).Length;
        Assert.Equal("[true, true, true, true] 77\n", Start(whole.ProductPath));
        var trace = Assert.Single(Directory.GetFiles(_workspace["recorded"]));

        var filter = $"[[python_packages]]\ntype = \"filter-include\"\nfrom_trace = [\"{trace}\"]\n";
        _workspace.WriteApplication(Main, more: settings + filter);
        var small = _workspace.Build();
        Assert.Equal("[true, true, false, false] 77\n", Start(small.ProductPath));
        Assert.InRange(new FileInfo(small.ProductPath).Length, 1, size / 2);
        Assert.DoesNotContain(small.Warnings, warning => warning.Id == "OXI0307");
    }

    // Where no machine has it: only `terminfo_dirs` leads there.
    private void DescribeTerminal()
    {
        _workspace.Write("terminal.ti", "oxidizer-test|made for this test,\n\tcols#77,\n");
        var result = Workspace.Run(new Command("tic", ["-o", _workspace["described"], _workspace["terminal.ti"]]));
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private string Start(string product)
    {
        Directory.CreateDirectory(_workspace["recorded"]);
        var result = Workspace.Run(
            new Command(product, [])
            {
                ClearEnvironment = true,
                Environment = new Dictionary<string, string?> { ["RECORD_TO"] = _workspace["recorded"] },
            }
        );
        Assert.Equal(("", 0), (result.Error, result.ExitCode));
        return result.Output;
    }
}
