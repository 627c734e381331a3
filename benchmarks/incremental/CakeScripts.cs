using System.Diagnostics;
using Oxidizer.Packager.Processes;

namespace Oxidizer.Benchmarks;

/// <summary>Two build scripts, one that does nothing and one that packages a program, started as a user starts them: <c>dotnet
/// cake</c>.</summary>
internal sealed class CakeScripts
{
    private readonly string _folder;

    /// <summary>Publishes the addin of this checkout and writes the scripts.</summary>
    public CakeScripts(Suite suite, Application application)
    {
        _folder = Directory.CreateDirectory(Path.Combine(suite.WorkFolder, "cake")).FullName;
        var addin = Path.Combine(_folder, "addin");
        Run(suite.Options.Root, "tool", "restore");
        Run(
            suite.Options.Root,
            "publish",
            "src/Cake.Oxidizer",
            "--configuration",
            "Release",
            "--output",
            addin,
            "--verbosity",
            "quiet",
            "--nologo"
        );
        // Cake keeps compiled scripts by their own text; they must not outlive the aliases that they were compiled against.
        if (Directory.Exists(Path.Combine(_folder, "tools")))
            Directory.Delete(Path.Combine(_folder, "tools"), recursive: true);
        File.Copy(Path.Combine(suite.Options.Root, "cake.config"), Path.Combine(_folder, "cake.config"), overwrite: true);
        File.WriteAllText(Path.Combine(_folder, "empty.cake"), "Task(\"Default\");\nRunTarget(\"Default\");\n");
        File.WriteAllText(
            Path.Combine(_folder, "build.cake"),
            $"""
            #r "{addin}/Cake.Oxidizer.dll"
            Task("Default").Does(() => OxidizerBuild("{application.Configuration}", new Cake.Oxidizer.OxidizerBuildSettings()
                .WithOutputDirectory("{application.OutputDirectory}").WithCacheDirectory("{application.CacheDirectory}")));
            RunTarget("Default");
            """
        );
    }

    /// <summary>Seconds of a script that does nothing.</summary>
    public double Empty() => Run(_folder, "cake", "empty.cake");

    /// <summary>Seconds of a script that packages the program.</summary>
    public double Build() => Run(_folder, "cake", "build.cake");

    private static double Run(string folder, params string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        var result = ChildProcess.Run(
            new Command("dotnet", arguments)
            {
                Sees = ChosenEnvironment.Network with { Prefixes = ["DOTNET_", "NUGET_"] },
                WorkingDirectory = folder,
            }
        );
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return result.ExitCode == 0
            ? seconds
            : throw new BenchmarkFailedException(
                $"`dotnet {string.Join(' ', arguments)}` ended with exit code {result.ExitCode}:\n{result.Output}{result.Error}"
            );
    }
}
