using Oxidizer.Packager.Processes;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>What a product does when it is started, in each mode of <c>[python_run]</c>.</summary>
public sealed class RunModeTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Module_mode_runs_a_package_as_python_m_does()
    {
        var product = Build("import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:])", "mode = \"module\"\nmodule = \"app\"");
        Assert.Equal("__main__ app app.__main__ ['a', 'b c']\n", _workspace.Run(product, "a", "b c").Output);
    }

    [Fact]
    public void Module_mode_runs_a_plain_module()
    {
        _workspace.Write("app/tool.py", "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:])");
        var product = Build("", "mode = \"module\"\nmodule = \"app.tool\"");
        Assert.Equal("__main__ app app.tool ['x']\n", _workspace.Run(product, "x").Output);
    }

    [Fact]
    public void An_entry_point_is_called_and_its_value_is_the_exit_code()
    {
        _workspace.Write("app/cli.py", "import sys\ndef main():\n    print('cli', sys.argv[1:])\n    return 3\n");
        var product = Build("", "entry_point = \"app.cli:main\"");
        var result = _workspace.Run(product, "--flag");
        Assert.Equal(("cli ['--flag']\n", 3), (result.Output, result.ExitCode));
    }

    [Fact]
    public void Eval_mode_runs_code_in_main_with_the_product_as_argv_0()
    {
        var product = Build("", "mode = \"eval\"\ncode = \"import sys; print(__name__, sys.argv)\"");
        Assert.Equal($"__main__ ['{product}', 'y']\n", _workspace.Run(product, "y").Output);
    }

    [Fact]
    public void File_mode_runs_a_file_of_the_machine()
    {
        _workspace.Write("outside.py", "import sys\nprint('outside', __name__, sys.argv[1:])\n");
        var product = Build("", $"mode = \"file\"\npath = \"{_workspace["outside.py"]}\"");
        Assert.Equal("outside __main__ ['z']\n", _workspace.Run(product, "z").Output);
    }

    [Fact]
    public void File_mode_says_what_is_wrong_when_the_file_is_not_there()
    {
        var product = Build("", "mode = \"file\"\npath = \"/nowhere/at/all.py\"");
        var result = _workspace.Run(product);
        Assert.Contains("/nowhere/at/all.py", result.Error);
        Assert.Equal(2, result.ExitCode);
    }

    [Fact]
    public void Noop_mode_starts_and_ends()
    {
        var result = _workspace.Run(Build("print('never')", "mode = \"noop\""));
        Assert.Equal(("", "", 0), (result.Output, result.Error, result.ExitCode));
    }

    [Fact]
    public void Repl_mode_reads_statements_from_a_pipe()
    {
        var product = Build("", "mode = \"repl\"");
        var output = RunWithInput(product, "import json\nprint(json.dumps({'a': [1, 2]}))\n");
        Assert.Equal("{\"a\": [1, 2]}\n", output.Output);
        Assert.Equal(0, output.ExitCode);
    }

    [Fact]
    public void Repl_mode_greets_and_prompts_on_a_terminal()
    {
        var product = Build("", "mode = \"repl\"");
        // `script` gives the product a real pseudo-terminal.
        var result = RunWithInput("script", "6 * 7\nexit()\n", "-qec", product, "/dev/null");
        Assert.Contains("Python 3.11", result.Output);
        Assert.Contains(">>> ", result.Output);
        Assert.Contains("42", result.Output);
    }

    [Theory]
    [InlineData("raise SystemExit", 0, "")]
    [InlineData("raise SystemExit(7)", 7, "")]
    [InlineData("raise SystemExit('bad thing')", 1, "bad thing\n")]
    [InlineData("import os; os._exit(9)", 9, "")]
    public void Exit_codes_are_those_of_python(string main, int code, string error)
    {
        var result = _workspace.Run(Build(main, "mode = \"module\"\nmodule = \"app\""));
        Assert.Equal((code, error), (result.ExitCode, result.Error));
    }

    [Fact]
    public void A_traceback_shows_the_source_lines()
    {
        _workspace.Write("app/deep.py", "def fail():\n    raise ValueError('deep down')\n");
        var result = _workspace.Run(Build("from app.deep import fail\nfail()\n", "mode = \"module\"\nmodule = \"app\""));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("app/deep.py\", line 2, in fail", result.Error);
        Assert.Contains("raise ValueError('deep down')", result.Error);
        Assert.EndsWith("ValueError: deep down\n", result.Error);
    }

    [Fact]
    public void An_interrupted_product_ends_as_python_does()
    {
        var product = Build(
            "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(5)",
            "mode = \"module\"\nmodule = \"app\""
        );
        var result = Workspace.Run(new Command("env", ["--default-signal=INT", "bash", "-c", $"{product}; echo code $?"]));
        Assert.Contains("KeyboardInterrupt", result.Error);
        Assert.Equal("code 130\n", result.Output);
    }

    private string Build(string main, string run) => _workspace.WriteApplication(main, run).Build().ProductPath;

    private static CommandResult RunWithInput(string program, string input, params string[] arguments)
    {
        using var process = ChildProcess.Start(new Command(program, arguments));
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"`{program}` did not end");
        return new CommandResult(process.ExitCode, output.Result, error.Result);
    }
}
