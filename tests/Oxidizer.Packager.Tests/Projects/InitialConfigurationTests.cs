using System.Text.Json;
using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Projects;
using Oxidizer.Packager.Toml;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>The configuration to begin with says what would be built without it.</summary>
public sealed class InitialConfigurationTests : IDisposable
{
    private readonly ProjectFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void Of_a_project_it_is_what_the_project_stands_for()
    {
        _project
            .Write(
                "pyproject.toml",
                "[project]\nname = \"my-app\"\nversion = \"1\"\nrequires-python = \">=3.12\"\ndependencies = ['rich; os_name == \"posix\"']\nscripts = { my-app = \"my_app:main [x]\" }\n"
            )
            .Write("src/my_app.py");
        var before = _project.Read();
        Assert.Equal(_project["oxidizer.toml"], Write(""));
        var after = _project.Read("oxidizer.toml");
        Assert.Equal((before.Build.ApplicationName, before.Distribution.Source), (after.Build.ApplicationName, after.Distribution.Source));
        Assert.Equal("apt:python3.13", after.Distribution.Source);
        Assert.Equal((before.Run.Mode, before.Run.Module), (after.Run.Mode, after.Run.Module));
        Assert.Equal(before.Packages.OfType<PipInstallRule>().Single().Packages, after.Packages.OfType<PipInstallRule>().Single().Packages);
        var (root, written) = (before.Packages.OfType<PackageRootRule>().Single(), after.Packages.OfType<PackageRootRule>().Single());
        Assert.Equal((root.Path, root.Packages.Single()), (written.Path, written.Packages.Single()));
        Assert.IsType<StdlibRule>(after.Packages[0]);
        Assert.Contains("# importlib.metadata does not know the project", File.ReadAllText(_project["oxidizer.toml"]));
    }

    [Fact]
    public void Of_a_project_with_several_commands_it_has_all()
    {
        _project
            .Write("pyproject.toml", "[project]\nname = \"app\"\nversion = \"1\"\nscripts = { one = \"app:a\", \"t.2\" = \"app:b\" }\n")
            .Write("app.py");
        Write("pyproject.toml");
        Assert.Equal(["one=app:a", "t.2=app:b"], _project.Read().Run.Commands.Select(command => $"{command.Name}={command.EntryPoint}"));
    }

    [Fact]
    public void Of_a_script_it_names_the_script()
    {
        _project.Write("odd \"name\".py", "print(1)\n").Write("tool.py", "print(1)\n");
        Write("tool.py");
        var after = _project.Read("oxidizer.toml");
        Assert.Equal((_project["tool.py"], "tool"), (after.Packages.OfType<ScriptRule>().Single().Path, after.Build.ApplicationName));
        Assert.Equal(("module", "__main__"), (after.Run.Mode, after.Run.Module));
    }

    [Fact]
    public void It_names_its_schema_which_stands_beside_it_and_holds_for_it_with_every_comment_taken_away()
    {
        _project.Write("tool.py");
        Write("tool.py");
        var text = File.ReadAllText(_project["oxidizer.toml"]);
        Assert.StartsWith("#:schema ./oxidizer.schema.json\n", text, StringComparison.Ordinal);
        Assert.Equal(ConfigurationSchema.Write(), File.ReadAllBytes(_project["oxidizer.schema.json"]));
        var schema = new SchemaCheck(JsonDocument.Parse(ConfigurationSchema.Write()).RootElement);
        // What is offered in comments is right too.
        var offered = text.Split('\n')
            .Select(line => line.StartsWith("# ", StringComparison.Ordinal) && Offers(line[2..]) ? line[2..] : line);
        var mistakes = new DiagnosticBag();
        var root = ReadToml.Read(string.Join('\n', offered), "oxidizer.toml", mistakes);
        Assert.Empty(mistakes.All);
        Assert.Null(schema.ProblemOf(root));
        Assert.NotNull(root.Find("packing"));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    public void Nothing_is_replaced(string what)
    {
        _project.Write("tool.py").Write("oxidizer.schema.json", "theirs");
        if (what == "file")
            _project.Write("oxidizer.toml", "theirs");
        else if (what == "folder")
            Directory.CreateDirectory(_project["oxidizer.toml"]);
        else
            File.CreateSymbolicLink(_project["oxidizer.toml"], "nowhere");
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => Write("tool.py")).Diagnostics);
        Assert.Equal("OXI0125", mistake.Kind.Id);
        Assert.Equal("theirs", File.ReadAllText(_project["oxidizer.schema.json"]));
        Assert.False(File.Exists(_project["nowhere"]));
    }

    [Fact]
    public void A_configuration_within_the_project_is_not_hidden_by_a_file()
    {
        _project
            .Write("pyproject.toml", "[project]\nname = \"app\"\nversion = \"1\"\n[tool.oxidizer.build]\nstrip = false\n")
            .Write("app/__main__.py");
        var mistake = Assert.Single(Assert.Throws<BuildFailedException>(() => Write("")).Diagnostics);
        Assert.Equal(("OXI0125", true), (mistake.Kind.Id, mistake.Location!.Line >= 4));
        Assert.False(File.Exists(_project["oxidizer.toml"]));
    }

    [Fact]
    public void A_schema_that_is_there_stays()
    {
        _project.Write("tool.py").Write("oxidizer.schema.json", "theirs");
        Write("tool.py");
        Assert.Equal("theirs", File.ReadAllText(_project["oxidizer.schema.json"]));
    }

    [Fact]
    public void What_cannot_be_written_is_the_machines_failure()
    {
        // The script's path is just not too long for the system, and that of a longer name is.
        const int Longest = 4095;
        var folder = _project.Folder;
        while (folder.Length < Longest - 10)
            folder += "/" + new string('x', Math.Min(200, Longest - 6 - folder.Length));
        Directory.CreateDirectory(folder);
        File.WriteAllText(folder + "/t.py", "");
        var failure = Assert.Throws<EnvironmentFailureException>(() => Write(folder + "/t.py"));
        Assert.Equal("OXI0126", failure.Kind.Id);
    }

    [Fact]
    public void A_project_with_mistakes_gets_none()
    {
        _project.Write("pyproject.toml", "[project]\nname = 1\n");
        Assert.Throws<BuildFailedException>(() => Write(""));
        Assert.Equal(["pyproject.toml"], Directory.EnumerateFileSystemEntries(_project.Folder).Select(Path.GetFileName));
    }

    private string Write(string name) => InitialConfiguration.Write(_project[name], _project.Logger);

    private static bool Offers(string line) =>
        line.StartsWith('[') || (line.Contains(" = ", StringComparison.Ordinal) && !line.Contains("...", StringComparison.Ordinal));
}
