using System.Diagnostics;
using System.Reflection;

namespace Cake.Oxidizer.Tests;

/// <summary>A folder with a Cake script in it, run by the real Cake in a process of its own.</summary>
public sealed class Script : IDisposable
{
    /// <summary>A plain build of CPython is made in two minutes; the user's cache keeps it for all tests.</summary>
    public const string Configuration = """
        [build]
        application_name = "app"
        [python_distribution]
        source = "apt:python3.11"
        optimizations = "noopt"
        [[python_packages]]
        type = "stdlib"
        [[python_packages]]
        type = "package-root"
        path = "."
        packages = ["app"]
        [python_run]
        mode = "module"
        module = "app"
        """;

    public Script() => Folder = Directory.CreateTempSubdirectory("oxidizer-cake-").FullName;

    public string Folder { get; }

    public static string CakeDll => Metadata("CakeDll");

    public static string AddinProject => Metadata("AddinProject");

    public string this[string name] => Path.Combine(Folder, name);

    public Script Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    /// <summary>The package <c>app</c> with its configuration, and a script with this body that has the aliases.</summary>
    public Script WithApplication(string main, string body) =>
        this.Write("app/__init__.py", "")
            .Write("app/__main__.py", main)
            .Write("oxidizer.toml", Configuration)
            .Write("build.cake", $"#r \"{Path.Combine(AppContext.BaseDirectory, "Cake.Oxidizer.dll")}\"\n{body}\n");

    public Process Start(params string[] arguments)
    {
        // A shell that runs these tests in the background has told all of them to ignore the interrupt.
        var info = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", CakeDll, "build.cake", .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_COLOR"] = "1" },
        };
        return Process.Start(info)!;
    }

    public (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(10)), "Cake did not end");
        return (process.ExitCode, output.Result + error.Result);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Metadata(string key) =>
        typeof(Script).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
