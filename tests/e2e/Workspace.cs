using Oxidizer.Packager;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Processes;
using Oxidizer.Packager.Reporting;
using Oxidizer.Packager.Runtime;

namespace Oxidizer.EndToEnd.Tests;

/// <summary>A folder of a test's own, with the sources of a program in it, that builds with the machine's shared cache: one CPython serves
/// all tests.</summary>
public sealed class Workspace : IDisposable
{
    /// <summary>A plain build is made in two minutes, a profile-guided one in five; what the product does is the same.</summary>
    public const string Distribution311 = "[python_distribution]\nsource = \"apt:python3.11\"\noptimizations = \"noopt\"\n";

    /// <summary>The newest CPython that the tests build.</summary>
    public const string Distribution313 = "[python_distribution]\nsource = \"apt:python3.13\"\noptimizations = \"noopt\"\n";

    public Workspace() => Folder = Directory.CreateTempSubdirectory("oxidizer-e2e-").FullName;

    public string Folder { get; }

    /// <summary>What the last build logged, a line each.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Set for tests that must begin with, damage or fill a cache; otherwise the user's.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Called with each line of the log, while the build waits.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>Set for tests that change the runtime's C sources.</summary>
    internal IReadOnlyList<RuntimeSource> RuntimeSources { get; set; } = Packager.Runtime.RuntimeSources.All;

    public string this[string name] => Path.Combine(Folder, name);

    public Workspace Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    /// <summary>Writes a file that can be executed.</summary>
    public Workspace WriteProgram(string name, string text)
    {
        Write(name, text);
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>A configuration with the standard library, the package <c>app</c> beside it, and what to run.</summary>
    public Workspace WriteApplication(
        string main,
        string run = "mode = \"module\"\nmodule = \"app\"",
        string more = "",
        string distribution = Distribution311
    ) =>
        this.Write("app/__init__.py", "")
            .Write("app/__main__.py", main)
            .Write(
                "oxidizer.toml",
                $"""
                {distribution}
                [build]
                application_name = "app"
                [[python_packages]]
                type = "stdlib"
                [[python_packages]]
                type = "package-root"
                path = "."
                packages = ["app"]
                [python_run]
                {run}
                {more}
                """
            );

    /// <summary>For a test whose cache is held without end; others share theirs with builds that may take their time.</summary>
    public TimeSpan CacheLockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public BuildResult Build(string configuration = "oxidizer.toml", CancellationToken cancellation = default)
    {
        Log.Clear();
        return Pipeline.Build(
            new BuildRequest
            {
                ConfigurationOrScript = this[configuration],
                CacheDirectory = CacheDirectory,
                OutputDirectory = this["out"],
                RuntimeSources = RuntimeSources,
                CacheLockTimeout = CacheLockTimeout,
            },
            new ListLog(Log, line => OnLine?.Invoke(line)),
            cancellation
        );
    }

    /// <summary>Runs a program to its end, at most ten minutes, in an empty folder and with an empty environment unless told
    /// otherwise.</summary>
    internal CommandResult Run(string program, params string[] arguments) =>
        Run(new Command(program, arguments) { ClearEnvironment = true, WorkingDirectory = EmptyFolder() });

    internal static CommandResult Run(Command command, int seconds = 600)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return ChildProcess.Run(command, limit.Token);
    }

    public string EmptyFolder()
    {
        var folder = this["empty-" + Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(folder);
        return folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Builds into another folder than <c>out</c>.</summary>
    public BuildResult BuildInto(string folder, string configuration = "oxidizer.toml") =>
        Pipeline.Build(
            new BuildRequest
            {
                ConfigurationOrScript = this[configuration],
                CacheDirectory = CacheDirectory,
                OutputDirectory = folder,
            },
            new SilentLog()
        );

    private sealed class ListLog(List<string> lines, Action<string> written) : IBuildLog
    {
        public void Information(string message) => Add(message);

        public void Debug(string message) => Add(message);

        public void Warning(string message) => Add(message);

        public void Progress(string stage, double? share, string? detail = null) { }

        private void Add(string message)
        {
            lock (lines)
                lines.Add(message);
            written(message);
        }
    }
}

/// <summary>What is asked of the result of a build.</summary>
internal static class ResultExtensions
{
    /// <summary>The warnings of the build itself. Whichever test first builds a CPython is warned when the server lacks the newest one
    /// (OXI0253), which says nothing of what that test asks.</summary>
    public static IReadOnlyList<ResultWarning> OwnWarnings(this BuildResult result) =>
        [.. result.Warnings.Where(warning => warning.Id != "OXI0253")];
}

/// <summary>Drops every message.</summary>
public sealed class SilentLog : IBuildLog
{
    public void Information(string message) { }

    public void Debug(string message) { }

    public void Warning(string message) { }

    public void Progress(string stage, double? share, string? detail = null) { }
}
