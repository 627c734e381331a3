using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Projects;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>Scripts with metadata of their own (PEP 723), and without.</summary>
public sealed class ScriptInputTests : IDisposable
{
    private readonly ProjectFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void A_script_says_what_it_requires_which_python_and_how_it_is_packaged()
    {
        _project.Write(
            "tool.py",
            """
            #!/usr/bin/env python3
            # /// script
            # requires-python = ">=3.12"
            # dependencies = [
            #   "requests<3",
            #   "rich",
            # ]
            #
            # [tool.oxidizer.python_config]
            # optimize_level = 2
            # ///
            import requests
            """
        );
        var read = _project.Read("tool.py");
        Assert.Equal(
            ("tool", "module", "__main__", 2),
            (read.Build.ApplicationName, read.Run.Mode, read.Run.Module, read.PythonConfig.OptimizeLevel)
        );
        Assert.Equal("apt:python3.13", read.Distribution.Source);
        var pip = Assert.Single(read.Packages.OfType<PipInstallRule>());
        Assert.Equal(["requests<3", "rich"], pip.Packages);
        Assert.Equal((4, 18), (pip.Location!.Line, pip.Location.Column));
        Assert.Equal(_project["tool.py"], Assert.IsType<ScriptRule>(read.Packages[^1]).Path);
        Assert.IsType<StdlibRule>(read.Packages[0]);
    }

    [Theory]
    [InlineData("\n\n# /// script\n# [tool.oxidizer.build]\n# strip = 1\n# ///\n", "OXI0103", 5, 11)]
    [InlineData("# /// script\r\n# dependencies = 1\r\n# ///\r\n", "OXI0103", 2, 18)]
    [InlineData("# /// script\n#\n# a = = 1\n# ///\n", "OXI0105", 3, 7)]
    [InlineData("# /// script\n# requires-python = '>=3.14'\n# ///\n", "OXI0122", 2, 21)]
    [InlineData("# /// script\n# a = 1\n# ///\n\n# /// script\n# b = 1\n# ///\n", "OXI0123", 5, 1)]
    [InlineData("# /// script\n# dependencies = []\n", "OXI0123", 1, 1)]
    [InlineData("# /// script\n# dependencies = []\nimport x\n# ///\n", "OXI0123", 1, 1)]
    [InlineData("# /// script\n#dependencies = []\n# ///\n", "OXI0123", 1, 1)]
    [InlineData("x = 1\n# /// script\n# ///", "OXI0123", 2, 1)]
    public void Mistakes_stand_where_they_are_in_the_script(string script, string id, int line, int column)
    {
        _project.Write("tool.py", script);
        var mistake = _project.Mistakes("tool.py")[0];
        Assert.Equal((id, line, column), (mistake.Kind.Id, mistake.Location!.Line, mistake.Location.Column));
    }

    [Fact]
    public void Keys_that_are_other_tools_are_nobodys_mistake()
    {
        _project.Write("tool.py", "# /// script\n# color = 1\n# [tool.other]\n# x = 1979-05-27\n# ///\n");
        Assert.Equal(2, _project.Read("tool.py").Packages.Count);
    }

    [Theory]
    [InlineData("print(1)\n")]
    [InlineData("# /// other\n# dependencies = 1\n# ///\n")]
    [InlineData(" # /// script\n # a\n # ///\n")]
    [InlineData("#/// script\n# a\n# ///\n")]
    [InlineData("# /// script \n# a\n# ///\n")]
    [InlineData("# /// scripts\n# a\n# ///\n")]
    public void What_is_no_block_of_that_type_says_nothing(string script)
    {
        _project.Write("tool.py", script);
        Assert.Equal(2, _project.Read("tool.py").Packages.Count);
    }

    [Fact]
    public void A_line_within_a_text_loses_the_comment_alone()
    {
        _project.Write(
            "tool.py",
            "# /// script\n# [tool.oxidizer.python_run]\n# mode = \"eval\"\n# code = '''\n# if 1:\n#   print(1)\n#\n# '''\n# ///\n"
        );
        Assert.Equal("if 1:\n  print(1)\n\n", _project.Read("tool.py").Run.Code);
    }

    [Fact]
    public void The_block_is_what_the_reference_implementation_of_the_PEP_finds()
    {
        const string Reference = """
            import re, sys
            REGEX = r'(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$'
            script = sys.stdin.read()
            matches = list(filter(lambda m: m.group('type') == 'script', re.finditer(REGEX, script)))
            if len(matches) == 1:
                print(''.join(line[2:] if line.startswith('# ') else line[1:] for line in matches[0].group('content').splitlines(keepends=True)), end='')
            """;
        string[] scripts =
        [
            "# /// script\n# a = 1\n# ///\n",
            "import x\n# /// script\n# a = 1\n#\n# b = 2\n# ///\nprint()\n",
            "# /// script\n# a = '''\n# ///\n# '''\n# ///\n",
            "# /// script\n# a = 1\n# ///\n# /// other\n# b = 1\n# ///\n",
            "# /// other\n# b = 1\n# ///\n\n# /// script\n# a = 1\n# ///",
            "# /// script\n#   a\n# # comment\n# ///\n",
        ];
        foreach (var script in scripts)
        {
            using var process = ChildProcess.Start(new Command("python3", ["-I", "-c", Reference]));
            process.StandardInput.Write(script);
            process.StandardInput.Close();
            var expected = process.StandardOutput.ReadToEnd();
            Assert.NotEmpty(expected);
            Assert.Equal(expected.Trim('\n'), ScriptBlock.Find(script, "x.py", new DiagnosticBag())?.Trim('\n'));
        }
    }
}
