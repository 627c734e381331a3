using Oxidizer.Packager.Configuration;
using Oxidizer.Packager.Context;
using Oxidizer.Packager.Diagnostics;
using Oxidizer.Packager.Projects;

namespace Oxidizer.Packager.Tests.Projects;

/// <summary>A project's folder of a test's own, and what is read from it.</summary>
internal sealed class ProjectFolder : IDisposable
{
    public ProjectFolder() => Folder = Directory.CreateTempSubdirectory("oxidizer-project-").FullName;

    public string Folder { get; }

    public List<string> Log { get; } = [];

    /// <summary>Writes into <see cref="Log"/>.</summary>
    public IBuildLog Logger => new ListLog(Log);

    public string this[string name] => Path.Combine(Folder, name);

    public ProjectFolder Write(string name, string text = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this;
    }

    /// <summary>Reads the folder, or a file in it.</summary>
    public BuildConfiguration Read(string name = "") => ConfigurationReader.For(FindInput.Load(this[name], "/", Logger), TargetTriple.Host);

    /// <summary>The mistakes that end the reading: id, line, column and words.</summary>
    public IReadOnlyList<Diagnostic> Mistakes(string name = "") => Assert.Throws<BuildFailedException>(() => Read(name)).Diagnostics;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class ListLog(List<string> lines) : IBuildLog
    {
        public void Information(string message) => lines.Add(message);

        public void Debug(string message) => lines.Add(message);

        public void Warning(string message) => lines.Add(message);

        public void Progress(string stage, double? share, string? detail = null) { }
    }
}
